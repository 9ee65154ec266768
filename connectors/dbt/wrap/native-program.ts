import { delimiter, join } from 'node:path'
import { readFileSyncBounded } from '../../../src/system/index.js'

/**
 * True where the program is machine code (ELF, Mach-O, PE): dbt's Rust engine, which logs a statement at its end and
 * starts in less time than a session takes to open. dbt 1.x is a script that begins with `#!`.
 */
export function isNativeProgram(command: string, env: Readonly<Record<string, string | undefined>>): boolean {
  const places = command.includes('/') ? [command] : (env['PATH'] ?? '').split(delimiter).map((at) => join(at, command))
  const start = places.map(firstBytes).find((bytes) => bytes !== undefined)
  return start !== undefined && MAGIC.some((magic) => start.startsWith(magic))
}

const MAGIC = ['7f454c46', 'cffaedfe', 'cefaedfe', 'cafebabe', '4d5a']

function firstBytes(path: string): string | undefined {
  try {
    return Buffer.from(readFileSyncBounded(path, { limit: 4, tooLarge: null, what: 'a program' })).toString('hex')
  } catch {
    // Not there, a directory, or not ours to read: the next place counts.
    return undefined
  }
}
