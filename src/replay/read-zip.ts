import { ClyraError } from '../errors/index.js'
import { zip } from '../evidence/index.js'

const END_BYTES = 22
const END_SIGNATURE = 0x06054b50
const CENTRAL_SIGNATURE = 0x02014b50
const CENTRAL_BYTES = 46
const LOCAL_BYTES = 30

/**
 * The files of a bundle that replay compares with. It reads stored entries by the central directory and then asks
 * whether the one writer makes the same archive of them: what is anything else is BUNDLE_MALFORMED. Whether a bundle
 * is genuine is for `verify` to say.
 */
export function readZip(archive: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.length)
  const files = new Map<string, Uint8Array>()
  const end = archive.length - END_BYTES
  if (end < 0 || view.getUint32(end, true) !== END_SIGNATURE) throw malformed('it does not end like an archive')
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  let total = 0
  for (let index = 0; index < count; index++) {
    if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL_SIGNATURE)
      throw malformed('its directory is damaged')
    const length = view.getUint32(at + 20, true)
    const nameLength = view.getUint16(at + 28, true)
    const content = view.getUint32(at + 42, true) + LOCAL_BYTES + nameLength
    if (at + CENTRAL_BYTES + nameLength > end || content + length > end) throw malformed('an entry lies outside of it')
    // Entries over the same bytes would be written out many times over below.
    total += length
    if (total > archive.length) throw malformed('its entries overlap')
    const name = Buffer.from(archive.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameLength)).toString('latin1')
    files.set(name, archive.subarray(content, content + length))
    at += CENTRAL_BYTES + nameLength
  }
  if (Buffer.compare(zip(files), archive) !== 0) throw malformed('it is not written as a bundle is')
  return files
}

function malformed(why: string): ClyraError {
  return new ClyraError('BUNDLE_MALFORMED', `the bundle cannot be read: ${why}`)
}
