import { dirname, join, sep } from 'node:path'
import { commandLine } from '../errors/index.js'

/**
 * The npm line that puts a package where this program finds it, for a program at `program` (the folder of its
 * package.json): beside a global install, else into the project that it is installed in.
 */
export function installLine(program: string, name: string | readonly string[]): string {
  const modules = dirname(program)
  if (!modules.endsWith(`${sep}node_modules`)) return commandLine`npm install ${name}`
  const holder = dirname(modules)
  // npm's global folder is <prefix>/lib/node_modules; no project is called lib and lies beside bin/.
  if (holder.endsWith(`${sep}lib`)) return commandLine`npm install -g --prefix ${join(holder, '..')} ${name}`
  return commandLine`npm install --prefix ${holder} ${name}`
}

/** The npm line that puts the packages of the program at `program` in place again. */
export function reinstallLine(program: string): string {
  return dirname(program).endsWith(`${sep}node_modules`)
    ? installLine(program, ['--force', 'clyra'])
    : commandLine`npm ci --prefix ${program}`
}
