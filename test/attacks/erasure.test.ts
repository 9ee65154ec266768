import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeDbtRun, readDbtRun } from '../../connectors/dbt/index.js'
import { createSealer } from '../../src/cli/dbt/sealer.js'
import { runDraft } from '../../src/events/index.js'
import { importEvents } from '../../src/spool/index.js'
import { openEmbeddedLedger } from '../../src/stores/embedded/index.js'
import { FileArtifactStore } from '../../src/stores/files/index.js'
import { lockDirectory } from '../../src/stores/lock/index.js'
import { clyra, discard, ended, filesUnder, filesWith, leaveRun, RECORDED, sandbox, startClyra } from '../cli/clyra.js'
import { holdLedger } from '../cli/hold-ledger.js'
import { clyraHere, clyraJsonHere } from '../cli/in-process.js'
import { type FaultRow, reportFaults } from '../faults/report.js'

const rows: FaultRow[] = []
const held = (row: Omit<FaultRow, 'survived'>) => rows.push({ ...row, survived: row.cases })
afterAll(() => reportFaults('attacks-erasure', rows))

let folder: string
let project: string
let state: string
beforeEach(async () => {
  folder = sandbox()
  project = join(folder, 'project')
  state = join(project, '.clyra')
  expect((await clyraHere(folder, ['init'])).status).toBe(0)
})
afterEach(() => discard(folder))

interface Redacted {
  readonly position: string
  readonly holders: readonly { readonly kind: string; readonly where: string; readonly state: string }[]
}
interface Refused {
  readonly error: { readonly code: string; readonly message: string; readonly details: Redacted }
}

const SECRET = 'Zq-secret-literal-4711'
const runDbt = () =>
  clyra(folder, ['run', 'dbt', 'build'], {
    env: { FAKE_DBT: JSON.stringify({ recording: join(RECORDED, 'good'), plant: SECRET }) },
  })
const newestRun = async () =>
  ((await clyraJsonHere(folder, ['runs'])) as { runs: { run: string }[] }).runs[0]?.run ?? 'none'
const redact = (run: string, ...more: string[]) => clyraJsonHere(folder, ['redact', run, '--yes', ...more])
const redactions = async () =>
  (await clyraHere(folder, ['log', 'tail', '-n', '1000', '--stream', 'ledger-redactions', '--json'])).stdout
    .split('\n')
    .filter(Boolean)

/** A run that is recorded, with its spool as it was before it was brought in, beside it. */
async function runWithSpool(): Promise<{ run: string; spool: string; key: string }> {
  const lock = await holdLedger(state)
  runDbt()
  await lock.release()
  const [name = 'none'] = readdirSync(join(state, 'spool'))
  const [spool, aside] = [join(state, 'spool', name), join(folder, 'aside')]
  const key = readFileSync(join(spool, 'subject.key'), 'utf8').trim()
  cpSync(spool, aside, { recursive: true })
  expect((await clyraHere(folder, ['spool', 'flush'])).status).toBe(0)
  expect(existsSync(spool)).toBe(false)
  cpSync(aside, spool, { recursive: true })
  rmSync(aside, { recursive: true })
  return { run: await newestRun(), spool, key }
}

/** Files below these folders that hold the key, in hex or as bytes. */
const holdersOf = (key: string, ...folders: readonly string[]) =>
  folders.flatMap((one) => [
    ...filesWith(one, key),
    ...filesUnder(one).filter((path) => readFileSync(path).includes(Buffer.from(key, 'hex'))),
  ])

/** Every text of the run's log, as an attacker with a dictionary that is good enough would have them. */
function statementsOf(log: string): string[] {
  return log.split('\n').flatMap((line) => {
    const sql = line.includes('"SQLQuery"') ? (JSON.parse(line).data?.sql as unknown) : undefined
    // dbt's own COMMIT is recorded without a text.
    return typeof sql === 'string' && sql !== 'COMMIT' ? [sql] : []
  })
}

/** What a holder of all files can try: each guess under each key that lies there, against each digest of the record. */
async function confirmed(guesses: readonly string[], run: string, also: readonly string[] = []): Promise<string[]> {
  const keys = [
    ...also,
    ...filesUnder(state).flatMap(
      (path) => /^[0-9a-f]{64}\n?$/.exec(path.endsWith('.key') ? readFileSync(path, 'utf8') : '')?.[0].trim() ?? [],
    ),
  ].flatMap((key) => {
    const bytes = Buffer.from(key, 'hex')
    return [bytes, createHmac('sha256', bytes).update('clyra.run.fingerprint/1\n').digest()]
  })
  const record = (await clyraHere(folder, ['log', 'tail', '-n', '100000', '--stream', `run-${run}`, '--json'])).stdout
  const digests = new Set(record.match(/[0-9a-f]{64}/g))
  return guesses.filter((guess) =>
    keys.some((key) => digests.has(createHmac('sha256', key).update(guess).digest('hex'))),
  )
}

/** Records a run as builds did that had one key for the texts of all runs. */
async function recordAsEarlierBuild(recording: string, fingerprintKey: Uint8Array): Promise<string> {
  const file = (path: string) => readFileSync(join(RECORDED, recording, path))
  const read = readDbtRun({
    log: file('logs/dbt.log'),
    manifest: file('target/manifest.json'),
    runResults: file('target/run_results.json'),
    fingerprintKey,
  })
  const { runId: run, startedAt } = read
  const [subject, subjectKey] = [randomUUID(), randomBytes(32)]
  const governance = {
    job_id: null,
    service_id: null,
    pipeline_id: null,
    agent_id: null,
    runtime_versions: [],
    schema_versions: [],
  }
  const payout = {
    run_id: run,
    actor_id: null,
    asset_id: null,
    change_intent: null,
    business_metric_refs: [],
    payout_ref: null,
    currency: null,
  }
  const started = runDraft(run, 'urn:clyra:dbt:run', 'started', 'dev.clyra.run.started.v2', startedAt ?? '', {
    run,
    tool: 'dbt',
    parent: null,
    subject,
    capture: 'ingest',
    demonstration: false,
    governance,
    payout,
    policy: null,
  })
  const drafts = [started, ...read.events, ...closeDbtRun(run, read.events)]
  const { events, values } = createSealer(subjectKey, true)(drafts)
  const ledger = await openEmbeddedLedger({ directory: state })
  const artifacts = new FileArtifactStore(join(state, 'artifacts'))
  await importEvents(
    {
      run,
      subject,
      subjectKey,
      events: () => events.map((event) => ({ stream: `run-${run}`, event })),
      values: () => values,
      artifacts: () => read.artifacts.map(({ sha256, bytes }) => ({ sha256, read: () => bytes })),
    },
    { ledger, appender: ledger, vault: ledger.vault, artifacts },
  )
  await ledger.close()
  return run
}

describe('an erased run', () => {
  it('cannot be confirmed by guessing: no key that is left fits a digest of the record', async () => {
    leaveRun(folder, 'good')
    expect((await clyraHere(folder, ['ingest', 'dbt', 'target'])).status).toBe(0)
    const run = await newestRun()
    const guesses = statementsOf(readFileSync(join(project, 'logs', 'dbt.log'), 'utf8'))
    expect(guesses.length).toBeGreaterThan(20)
    // The attack is a real one: with the vault as it is every guess that is right is confirmed.
    expect(await confirmed(guesses, run)).toEqual(guesses)
    await redact(run)
    expect(await confirmed(guesses, run)).toEqual([])
    held({
      fault: 'erased SQL is guessed, with every file of the ledger at hand',
      where: 'clyra redact, then each right text under each key that is left',
      cases: guesses.length,
      rule: 'no digest of the record fits',
      mutation: 'fingerprint exact texts under the key of shapes',
    })
  })

  it('takes the one key of all runs with it where an earlier build recorded it, and the others can still be read in', async () => {
    const old = 'ab'.repeat(32)
    mkdirSync(join(state, 'vault'), { recursive: true })
    writeFileSync(join(state, 'vault', 'fingerprint.key'), `${old}\n`)
    const erased = await recordAsEarlierBuild('failing', Buffer.from(old, 'hex'))
    const other = await recordAsEarlierBuild('good', Buffer.from(old, 'hex'))
    leaveRun(folder, 'good')
    expect(await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])).toMatchObject({ run: other, appended: 0 })
    const guesses = statementsOf(readFileSync(join(RECORDED, 'failing', 'logs', 'dbt.log'), 'utf8'))
    expect(await confirmed(guesses, erased)).toEqual(guesses)
    const { holders } = (await redact(erased)) as Redacted
    expect(holders.map(({ kind }) => kind)).toContain('fingerprint-key')
    expect(await confirmed(guesses, erased)).toEqual([])
    expect(await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])).toMatchObject({ run: other, appended: 0 })
  })

  it('leaves no key where it was in a spool that cannot be drained, put aside, half removed, or in a backup', async () => {
    const { run, spool, key } = await runWithSpool()
    // One damaged line: the spool can never be brought in.
    const events = readFileSync(join(spool, 'events.ndjson'), 'utf8')
    writeFileSync(join(spool, 'events.ndjson'), events.replace('\n{', '\n{{'))
    cpSync(spool, join(state, 'spool', `${run}.drained`), { recursive: true })
    const users = join(folder, 'home', '.local', 'state', 'clyra', 'spool')
    mkdirSync(users, { recursive: true })
    cpSync(spool, join(users, 'put-aside'), { recursive: true })
    writeFileSync(join(users, 'put-aside', 'spool.json'), '{"run": torn')
    writeFileSync(
      join(state, 'vault', `${JSON.parse(readFileSync(join(spool, 'spool.json'), 'utf8')).subject}.key.4711.tmp`),
      key,
    )
    expect((await clyraHere(folder, ['backup', join(folder, 'copy')])).status).toBe(0)
    const everywhere = [state, join(folder, 'home'), join(folder, 'copy')]
    expect(holdersOf(key, ...everywhere).length).toBeGreaterThanOrEqual(5)
    const { holders } = (await redact(run)) as Redacted
    expect(holders.filter(({ state }) => state === 'erased').map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['spool', 'spool', 'backup', 'vault', 'artifacts']),
    )
    expect(holdersOf(key, ...everywhere)).toEqual([])
    for (const one of everywhere) expect(filesWith(one, SECRET)).toEqual([])
    expect(await redactions()).toHaveLength(1)
    held({
      fault: 'the key lies in a spool with a damaged line, one put aside, a leftover, a backup',
      where: 'clyra redact, then every byte below ledger, user’s state folder and backup',
      cases: 5,
      rule: 'nothing of the key is left once the command succeeds',
      mutation: 'leave out the spools, the backups, or the leftovers of the vault',
    })
  })

  it('is not said to be erased while one holder stays, and the same command finishes it', async () => {
    const { run, spool, key } = await runWithSpool()
    expect((await clyraHere(folder, ['backup', join(folder, 'copy')])).status).toBe(0)
    renameSync(join(folder, 'copy'), join(folder, 'moved'))
    const working = await lockDirectory(spool, { command: 'a wrapper' })
    const refused = (await redact(run)) as Refused
    expect(refused.error.code).toBe('ERASURE_INCOMPLETE')
    expect(
      refused.error.details.holders.filter(({ state }) => state === 'stays').map(({ kind, where }) => [kind, where]),
    ).toEqual([
      ['spool', spool],
      ['backup', join(folder, 'copy')],
    ])
    expect((await clyraHere(folder, ['redact', run, '--yes'])).status).toBe(1)
    expect(await redactions()).toEqual([])
    await working.release()
    renameSync(join(folder, 'moved'), join(folder, 'copy'))
    expect(await redact(run)).toMatchObject({ already: false })
    expect(holdersOf(key, state, join(folder, 'home'), join(folder, 'copy'))).toEqual([])
    expect(await redactions()).toHaveLength(1)
    held({
      fault: 'a holder cannot be reached: a spool at work, a backup that was moved',
      where: 'clyra redact, twice; then out of the way, and again',
      cases: 3,
      rule: 'ERASURE_INCOMPLETE names it, nothing is recorded; afterwards the same command finishes',
      mutation: 'record the redaction before the holders are seen to',
    })
  })

  it('takes a word for a backup that is destroyed, and no word for one that is there', async () => {
    runDbt()
    const run = await newestRun()
    expect((await clyraHere(folder, ['backup', join(folder, 'copy')])).status).toBe(0)
    rmSync(join(folder, 'copy'), { recursive: true })
    expect(((await redact(run)) as Refused).error.code).toBe('ERASURE_INCOMPLETE')
    expect(await redact(run, '--gone', join(folder, 'copy'))).toMatchObject({ already: false })
  })

  it('does not follow a link that stands in a spool’s place', async () => {
    const { run, spool } = await runWithSpool()
    const victim = join(folder, 'victim')
    mkdirSync(victim)
    writeFileSync(join(victim, 'subject.key'), 'precious')
    rmSync(spool, { recursive: true })
    symlinkSync(victim, spool)
    await redact(run)
    expect([existsSync(spool), readFileSync(join(victim, 'subject.key'), 'utf8')]).toEqual([false, 'precious'])
  })

  it('is refused as long as the list of copies cannot be read', async () => {
    runDbt()
    appendFileSync(join(state, 'copies.ndjson'), '{"kind":"backup","pa\n')
    const refused = (await redact(await newestRun())) as Refused
    expect(refused.error.code).toBe('ERASURE_INCOMPLETE')
    expect(refused.error.message).toContain('copies.ndjson is damaged in line 1')
  })

  it('is found by no id that is an option or a path: such a run is never recorded', async () => {
    leaveRun(folder, 'good')
    const target = join(project, 'target')
    const invocation =
      /"invocation_id": ?"([0-9a-f-]{36})"/.exec(readFileSync(join(target, 'run_results.json'), 'utf8'))?.[1] ?? ''
    const names = ['..', '-h', '--yes', '~']
    for (const name of names) {
      leaveRun(folder, 'good')
      rmSync(join(project, 'logs'), { recursive: true })
      for (const file of ['manifest.json', 'run_results.json']) {
        const text = readFileSync(join(target, file), 'utf8')
        writeFileSync(join(target, file), text.replaceAll(invocation, name))
      }
      const { error } = (await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])) as Refused
      expect([name, error.code]).toEqual([name, 'DBT_ARTIFACT_INVALID'])
    }
    expect(((await clyraJsonHere(folder, ['runs'])) as { runs: unknown[] }).runs).toEqual([])
    held({
      fault: 'an artefact names its run like an option, a folder above or a home',
      where: 'clyra ingest dbt, with .., -h, --yes and ~ as invocation id',
      cases: names.length,
      rule: 'refused with a code, nothing is recorded',
      mutation: 'admit any name of the stream grammar as a run',
    })
  })

  it('names what was handed out in clear', async () => {
    runDbt()
    const run = await newestRun()
    await clyraHere(folder, ['bundle', run, '--open', '-o', 'open.zip'])
    await clyraHere(folder, ['artifacts', 'export', run, 'files'])
    const { holders } = (await redact(run)) as Redacted
    expect(holders.filter(({ kind }) => kind === 'handed-out').map(({ where, state }) => [where, state])).toEqual([
      [join(project, 'open.zip'), 'named'],
      [join(project, 'files'), 'named'],
    ])
  })

  it('is erased or not after a kill at any step, and never only said to be', async () => {
    const { run, spool, key } = await runWithSpool()
    const { subject } = JSON.parse(readFileSync(join(spool, 'spool.json'), 'utf8'))
    writeFileSync(join(spool, 'events.ndjson'), `{\n${readFileSync(join(spool, 'events.ndjson'), 'utf8')}`)
    expect((await clyraHere(folder, ['backup', join(folder, 'copy')])).status).toBe(0)
    const [whole, parts] = [join(folder, 'whole'), ['project', 'copy', 'home']]
    for (const part of parts) cpSync(join(folder, part), join(whole, part), { recursive: true })
    const logBytes = () => filesUnder(join(state, 'log')).reduce((sum, path) => sum + statSync(path).size, 0)
    const [artifacts, bytes] = [filesUnder(join(state, 'artifacts')).length, logBytes()]
    const steps: Readonly<Record<string, () => boolean>> = {
      'nothing is done': () => true,
      'the key of the spool is gone': () => !existsSync(join(spool, 'subject.key')),
      'the spool is gone': () => !existsSync(spool),
      'the backup has no key': () => !existsSync(join(folder, 'copy', 'vault', `${subject}.key`)),
      'the vault has the mark': () => existsSync(join(state, 'vault', `${subject}.erased`)),
      'the vault has no key': () => !existsSync(join(state, 'vault', `${subject}.key`)),
      'an artefact is gone': () => filesUnder(join(state, 'artifacts')).length < artifacts,
      'the log has grown': () => logBytes() > bytes,
    }
    let survived = 0
    for (const reached of Object.values(steps)) {
      for (const part of parts) {
        rmSync(join(folder, part), { recursive: true, force: true })
        cpSync(join(whole, part), join(folder, part), { recursive: true })
      }
      const child = startClyra(folder, ['redact', run, '--yes'])
      const over = ended(child)
      const timer = setInterval(() => reached() && child.kill('SIGKILL'), 1)
      const { status } = await over
      clearInterval(timer)
      const left = holdersOf(key, state, join(folder, 'copy'), join(folder, 'home'))
      if (status === 0 || (await redactions()).length > 0) expect(left).toEqual([])
      expect((await clyraHere(folder, ['redact', run, '--yes'])).status).toBe(0)
      expect(holdersOf(key, state, join(folder, 'copy'), join(folder, 'home'))).toEqual([])
      expect([(await redactions()).length, (await clyraHere(folder, ['fsck'])).status]).toEqual([1, 0])
      survived++
    }
    rows.push({
      fault: 'SIGKILL after a step of an erasure',
      where: 'clyra redact with a spool and a backup: before, between and after its steps',
      cases: Object.keys(steps).length,
      survived,
      rule: 'what is recorded as erased is nowhere; the same command finishes',
      mutation: 'record the redaction first',
    })
  })
})
