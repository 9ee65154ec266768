import { createRequire } from 'node:module'
import { dirname } from 'node:path'

const require = createRequire(import.meta.url)
const manifest = require.resolve('clyra/package.json')

/** Where this program lies: the folder of its package.json. */
export const PACKAGE_FOLDER: string = dirname(manifest)

/** The version of the package, from its own package.json. */
export const VERSION: string = read()

function read(): string {
  const found: unknown = require(manifest)
  return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : '0.0.0'
}
