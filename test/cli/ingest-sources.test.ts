import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { discard, leaveRun, RECORDED, sandbox } from './clyra.js'
import { clyraHere, clyraJsonHere } from './in-process.js'

let folder: string
const at = (...path: string[]) => join(folder, 'project', ...path)
const log = () => readFileSync(at('logs', 'dbt.log'))

beforeEach(async () => {
  folder = sandbox()
  expect((await clyraHere(folder, ['init'])).status).toBe(0)
  leaveRun(folder, 'good')
})
afterEach(() => discard(folder))

const runs = async () =>
  ((await clyraJsonHere(folder, ['runs'])) as { runs: { completeness: string; outcome: string; reasons: string[] }[] })
    .runs

async function refused(args: string[], code: string, sentence: RegExp): Promise<void> {
  const ended = await clyraHere(folder, ['ingest', 'dbt', 'target', ...args])
  expect(ended.stderr).toMatch(new RegExp(`\\(${code}\\)\ntry: \\S`))
  expect(ended.stderr).toMatch(sentence)
  expect([ended.status, ended.stdout, await runs()]).toEqual([1, '', []])
}

describe('a log that is named', () => {
  it('is read for what it is: packed, under any name, carried by a container runtime', async () => {
    const carried = log()
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => `2026-11-21T10:00:00.1Z stdout F ${line}`)
    writeFileSync(at('otel.jsonl'), gzipSync(`${carried.join('\n')}\n`))
    rmSync(at('logs'), { recursive: true })
    expect(await clyraJsonHere(folder, ['ingest', 'dbt', 'target', '--log', 'otel.jsonl'])).toMatchObject({
      log: 'log',
      warnings: [],
    })
    expect(await runs()).toMatchObject([{ completeness: 'complete', outcome: 'succeeded' }])
  })

  it('is read with its rotated parts, and says so where one is gone', async () => {
    const lines = log().toString().trimEnd().split('\n')
    const third = Math.ceil(lines.length / 3)
    const part = (i: number) => `${lines.slice(i * third, (i + 1) * third).join('\n')}\n`
    writeFileSync(at('logs', 'dbt.log'), part(2))
    writeFileSync(at('logs', 'dbt.log.2'), part(0))
    const first = (await clyraJsonHere(folder, ['ingest', 'dbt', 'target', '--log', 'logs/dbt.log'])) as { run: string }
    expect((await runs())[0]!.reasons).toContain('log-broken')
    expect(first.run).not.toBe('')
    rmSync(at('.clyra'), { recursive: true })
    expect((await clyraHere(folder, ['init'])).status).toBe(0)
    writeFileSync(at('logs', 'dbt.log.1'), part(1))
    await clyraHere(folder, ['ingest', 'dbt', 'target'])
    expect(await runs()).toMatchObject([{ completeness: 'complete', reasons: [] }])
  })

  it('is refused by name where it is no log, and nothing is recorded', async () => {
    writeFileSync(at('text.log'), '20:42:29.1 [info ] [MainThread]: Running with dbt=1.11.16\n')
    await refused(['--log', 'text.log'], 'DBT_LOG_UNRECOGNISED', /text\.log is dbt's log in text/)
    await refused(['--log', 'target/manifest.json'], 'DBT_LOG_UNRECOGNISED', /is a manifest artefact, not a log/)
    writeFileSync(at('cut.gz'), gzipSync(log()).subarray(0, 500))
    await refused(['--log', 'cut.gz'], 'DBT_LOG_UNRECOGNISED', /is a damaged gzip file/)
    writeFileSync(at('bomb.gz'), gzipSync(Buffer.alloc(520 * 1024 * 1024)))
    await refused(['--log', 'bomb.gz'], 'DBT_LOG_UNRECOGNISED', /would be larger than 512 MiB when unpacked/)
    writeFileSync(at('z.log'), Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0))
    await refused(['--log', 'z.log'], 'DBT_LOG_UNRECOGNISED', /is packed with zstd/)
  })

  it('is refused where it holds no line of the run that the artefacts name', async () => {
    const { invocation_id: invocation } = JSON.parse(readFileSync(at('target', 'run_results.json'), 'utf8')).metadata
    cpSync(join(RECORDED, 'failing', 'logs', 'dbt.log'), at('other.log'))
    await refused(
      ['--log', 'other.log', '--invocation', invocation],
      'DBT_RUN_MISMATCH',
      /holds no line of the dbt invocation/,
    )
  })
})

describe('a run that left no log in JSON', () => {
  it('begins when dbt says it began, and what cannot be read is left out by name', async () => {
    writeFileSync(at('logs', 'dbt.log'), '20:42:29.1 [info ] [MainThread]: Running with dbt=1.11.16\n')
    const ended = await clyraHere(folder, ['ingest', 'dbt', 'target'])
    expect([ended.status, ended.stderr]).toEqual([0, expect.stringContaining("dbt.log is dbt's log in text")])
    expect(await runs()).toMatchObject([{ completeness: 'partial', reasons: ['log-missing'] }])
    expect((await clyraHere(folder, ['log', 'tail', '--json'])).stdout).not.toContain('1970')
  })

  it('is told apart by several logs at once', async () => {
    renameSync(at('logs', 'dbt.log'), at('one.txt'))
    cpSync(join(RECORDED, 'rust-good', 'logs', 'query_log.sql'), at('two.txt'))
    const read = await clyraJsonHere(folder, ['ingest', 'dbt', '--log', 'one.txt', '--log', 'two.txt', 'target'])
    expect(read).toMatchObject({ log: 'log' })
    expect(await runs()).toMatchObject([{ completeness: 'complete' }])
    expect((await clyraHere(folder, ['log', 'tail', '--json'])).stdout).toContain('"reason":"another-run"')
  })
})
