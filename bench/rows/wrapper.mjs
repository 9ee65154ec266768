import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from '../checks/expect.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const PROGRAM = join(root, 'dist', 'src', 'cli', 'main.js')
export const STAND_IN = join(root, 'test', 'cli', 'fake-dbt.mjs')
const RECORDING = join(root, 'examples', 'dbt-postgres', 'recorded', 'good')

/**
 * What `clyra run dbt` adds to a run, in milliseconds: a stand-in that leaves the log and artefacts of a recorded run
 * at once, alone and wrapped in turn. A real dbt works on the other core meanwhile; here nothing hides the cost.
 */
export async function measureWrapper({ directory, rounds, progress, wrapper = [PROGRAM, 'run', 'dbt', 'build'] }) {
  progress('wrapper')
  const project = join(directory, 'wrapper')
  mkdirSync(join(project, 'home'), { recursive: true })
  const env = {
    PATH: process.env.PATH,
    HOME: join(project, 'home'),
    CLYRA_DBT: STAND_IN,
    FAKE_DBT: JSON.stringify({ recording: RECORDING }),
  }
  const run = (args) => {
    const begun = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: project, env, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
    return { ms: performance.now() - begun, stderr }
  }
  run([PROGRAM, 'init'])
  const added = []
  for (let round = -1; round < rounds; round++) {
    const alone = run([STAND_IN, 'build'])
    const wrapped = run(wrapper)
    expect(/ SUCCEEDED run recorded: [0-9]{2,} steps/.test(wrapped.stderr), `nothing was recorded: ${wrapped.stderr}`)
    if (round >= 0) added.push(wrapped.ms - alone.ms)
  }
  return { added }
}
