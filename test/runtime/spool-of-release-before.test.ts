import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { clyra, discard, filesUnder, RECORDED, sandbox, startClyra, until } from '../cli/clyra.js'
import { clyraHere, clyraJsonHere } from '../cli/in-process.js'

let folder: string
let state: string
beforeEach(async () => {
  folder = sandbox()
  state = join(folder, 'project', '.clyra')
  expect((await clyraHere(folder, ['init'])).status).toBe(0)
})
afterEach(() => discard(folder))

const dbt = (plan = {}) => ({ FAKE_DBT: JSON.stringify({ recording: join(RECORDED, 'good'), ...plan }) })
const spools = () => filesUnder(folder).filter((path) => path.endsWith('/spool.json'))

/** Writes the header of the one spool that waits as the release before wrote it. */
function asOfReleaseBefore(): void {
  const [path = ''] = spools()
  const { run, subject, started, directory, project, finish } = JSON.parse(readFileSync(path, 'utf8'))
  const { demonstration, fingerprints, target, log, otel, logStart } = finish
  const ownLog = log.startsWith(state)
  const old = { format: 'clyra.spool/1', run, subject, started, directory, demonstration, fingerprints }
  writeFileSync(path, JSON.stringify({ ...old, dbt: { project, target, log, otel, ownLog, logStart } }))
}

async function flush(): Promise<{ runs: { appended: number; known: number }[]; waiting: unknown[] }> {
  return (await clyraJsonHere(folder, ['spool', 'flush'])) as Awaited<ReturnType<typeof flush>>
}
const theRun = async () => ((await clyraJsonHere(folder, ['runs'])) as { runs: unknown[] }).runs

it('a whole run that waits in a spool of the release before is brought in, once', async () => {
  renameSync(state, join(folder, 'gone'))
  expect(clyra(folder, ['run', 'dbt', 'build'], { env: dbt() }).status).toBe(0)
  renameSync(join(folder, 'gone'), state)
  asOfReleaseBefore()
  const { runs, waiting } = await flush()
  expect([runs.length, waiting, spools()]).toEqual([1, [], []])
  expect(runs[0]).toMatchObject({ known: 0 })
  expect(await theRun()).toEqual([expect.objectContaining({ completeness: 'complete', exitCode: 0 })])
  expect(await flush()).toEqual({ runs: [], waiting: [] })
  expect((await clyraHere(folder, ['bundle', '--last', '-o', 'a.def.zip'])).status).toBe(0)
  expect((await clyraHere(folder, ['verify', 'a.def.zip', '--own'])).status).toBe(0)
})

it('one whose wrapper was killed is finished by what its header says, as the release before would have', async () => {
  const readyFile = join(folder, 'ready')
  const child = startClyra(folder, ['run', 'dbt', 'build'], { env: dbt({ fault: 'wait', readyFile }) })
  const gone = new Promise((resolve) => child.on('exit', resolve))
  await until(() => existsSync(readyFile), 'dbt runs')
  child.kill('SIGKILL')
  await gone
  process.kill(Number(readFileSync(readyFile, 'utf8')), 'SIGKILL')
  asOfReleaseBefore()
  let flushed = await flush()
  await until(async () => {
    if (flushed.runs.length === 0) flushed = await flush()
    return flushed.runs.length === 1
  }, 'the spool is drained')
  expect([flushed.waiting, spools()]).toEqual([[], []])
  expect(flushed.runs[0]?.appended).toBeGreaterThan(10)
  const reasons = expect.arrayContaining(['wrapper-killed'])
  expect(await theRun()).toEqual([expect.objectContaining({ completeness: 'partial', reasons })])
})
