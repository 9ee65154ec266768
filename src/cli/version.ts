import { createRequire } from 'node:module'

/** The version of the package, from its own package.json. */
export const VERSION: string = read()

function read(): string {
  const found: unknown = createRequire(import.meta.url)('clyra/package.json')
  return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : '0.0.0'
}
