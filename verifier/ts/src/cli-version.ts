import { readFile } from 'node:fs/promises'

/** The version of this package, from its package.json. The single file, which has nothing beside it, carries it inside. */
export async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}
