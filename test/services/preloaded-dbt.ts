import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dbtHome } from './layout.mjs'
import { startProgram } from './start-program.js'

const SCRIPT = fileURLToPath(new URL('./preloaded-dbt.py', import.meta.url))
const MANIFEST = fileURLToPath(
  new URL('../../examples/dbt-postgres/recorded/good/target/manifest.json', import.meta.url),
)
const PYTHON = join(dbtHome, 'bin', 'python3')

export interface PreloadedDbt {
  /** Program and arguments in dbt's place; what follows is for dbt. */
  readonly command: readonly string[]
  close(): Promise<void>
}

/**
 * dbt Core 1.11 that is loaded once, which takes two seconds of the processor; each command is a fork of it. For tests of
 * what dbt does, and not of how it is started or ended: a signal reaches the command's caller and not dbt. `folder`: where
 * its socket goes.
 */
export async function preloadDbt(folder: string): Promise<PreloadedDbt> {
  const socket = join(folder, 'preloaded-dbt')
  const server = startProgram(PYTHON, [SCRIPT, 'serve', socket, MANIFEST], {
    env: { LANG: 'C.UTF-8', HOME: join(folder, 'home') },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(server.child, 'exit').then(([code]) => {
    throw new Error(`dbt ended with ${code} while it was loaded`)
  })
  await Promise.race([once(server.child.stdout!, 'data'), exited])
  exited.catch(() => undefined)
  return { command: [PYTHON, '-I', '-S', SCRIPT, 'run', socket], close: () => server.end() }
}
