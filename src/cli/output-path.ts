import { resolve } from 'node:path'
import { ClyraError } from '../errors/index.js'

/**
 * The absolute path of what is to be written. Throws USAGE for an address, which would become folders of that name, and
 * for `-`: standard output is for what a command says.
 */
export function outputPath(cwd: string, given: string): string {
  if (given === '-') throw new ClyraError('USAGE', '- names no file: standard output is for what the command says')
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) return resolve(cwd, given)
  throw new ClyraError('USAGE', 'an address was given where a file or directory on this machine is written')
}
