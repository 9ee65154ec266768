import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import type { Plugin } from 'vitest/config'

/** How the source names the file of a thread. */
const WORKER = /new URL\('(\.\/[a-z-]+-worker)\.js', import\.meta\.url\)/g

/** What is not the source's own: a package is found from inside the project, and its binary part is loaded once. */
const PACKAGE = /^[^./]/

/**
 * A thread is a file of its own, which Node cannot run as TypeScript. Where a source names one, it is compiled from the
 * source as it is now, never taken from an earlier build, and the source is given the place of that file.
 */
export function workersOfSource(folder = newFolder()): Plugin {
  return {
    name: 'clyra-workers-of-source',
    enforce: 'pre',
    async transform(code, id) {
      let changed = code
      for (const [text, worker] of code.matchAll(WORKER)) {
        if (!id.endsWith('.ts')) continue
        const built = await bundled(join(dirname(id), `${worker}.ts`), folder)
        for (const file of built.files) this.addWatchFile(file)
        changed = changed.replace(text, `new URL('${pathToFileURL(built.path).href}')`)
      }
      return changed === code ? undefined : { code: changed, map: null }
    },
  }
}

/** One module with everything of the project that it imports, at a place of its own: another may be running that was made before. */
async function bundled(input: string, folder: string): Promise<{ path: string; files: string[] }> {
  const bundle = await rolldown({ input, platform: 'node', external: PACKAGE })
  const path = join(mkdtempSync(join(folder, 'at-')), `${basename(input, '.ts')}.mjs`)
  await bundle.write({ file: path, format: 'esm', codeSplitting: false })
  const files = await bundle.watchFiles
  await bundle.close()
  return { path, files }
}

/** Among the packages, so that they are found; removed with this process. */
function newFolder(): string {
  const cache = fileURLToPath(new URL('../../node_modules/.vite/', import.meta.url))
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'workers-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
