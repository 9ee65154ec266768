import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { foreignPython } from '../../services/layout.mjs'

/** Runs a script of this folder in the pinned environment with bytes as its input; gives its output's lines. */
export function python(script: 'read_cloudevents.py' | 'verify_dsse.py', input: Uint8Array): string[] {
  const path = fileURLToPath(new URL(script, import.meta.url))
  // -I: no environment variables, no user packages, no current folder.
  const ended = spawnSync(foreignPython, ['-I', path], { input, encoding: 'utf8', maxBuffer: 64 << 20 })
  if (ended.status !== 0) throw new Error(`${script} ended with ${ended.status ?? ended.signal}: ${ended.stderr}`)
  return ended.stdout.split('\n').slice(0, -1)
}
