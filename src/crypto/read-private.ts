import { ClyraError, commandLine } from '../errors/index.js'
import { readWithStats } from '../system/index.js'

/** An RSA key of 8,192 bits in PEM or in a key file has some 7,000 bytes. */
const MAX_BYTES = 16 * 1024

/**
 * The bytes of a file that holds a private key. Throws KEY_INVALID where it is too large or open to group or world (not
 * judged on Windows, which has no mode bits).
 */
export function readPrivate(path: string): Uint8Array {
  const { bytes, stats } = readWithStats(path, {
    limit: MAX_BYTES,
    tooLarge: 'KEY_INVALID',
    what: 'the key file',
    follow: false,
  })
  const mode = stats.mode & 0o777
  if (process.platform === 'win32' || (mode & 0o077) === 0) return bytes
  throw new ClyraError('KEY_INVALID', `the key file ${path} is open to others (mode ${mode.toString(8)})`, {
    details: { path, mode },
    fix: commandLine`chmod 600 ${path}`,
  })
}
