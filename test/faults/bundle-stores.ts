import { mkdirSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { STORES } from './checker.js'

const CACHE = fileURLToPath(new URL('../../.cache/mutants/', import.meta.url))

/** A new folder in which compiled code finds its packages. */
export function besidePackages(): Promise<string> {
  mkdirSync(CACHE, { recursive: true })
  return mkdtemp(CACHE)
}

/**
 * Puts compiled stores, and the threads that they start, into one file each in `folder`: a child that is traced and
 * ended within a second would else spend it with opening two hundred modules. Gives the module to import.
 */
export async function bundleStores(stores: string, folder: string): Promise<string> {
  const place = dirname(stores)
  const bundle = await rolldown({
    input: {
      index: stores,
      'index-worker': join(place, 'lmdb', 'index-worker.js'),
      'checking-worker': join(place, 'embedded', 'checking-worker.js'),
      'tile-worker': join(place, 'files', 'tile-worker.js'),
    },
    platform: 'node',
    // These have a part that is no JavaScript.
    external: /^(node:|lmdb|fs-native-extensions|@node-rs\/crc32)/,
  })
  // Threads are looked for beside the file that starts them: all in one folder.
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name].js' })
  await bundle.close()
  return join(folder, 'index.js')
}

let product: Promise<string> | undefined

/** The product's own, bundled once in this process and removed with it. */
export function bundledProduct(): Promise<string> {
  product ??= besidePackages().then((folder) => {
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    return bundleStores(STORES, folder)
  })
  return product
}
