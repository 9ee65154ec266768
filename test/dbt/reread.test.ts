import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closeDbtRun, type DbtRunFiles, laterReading, readDbtRun } from '../../connectors/dbt/index.js'
import { type RunView, runProjection } from '../../projections/run/index.js'
import { canonicalString } from '../../src/canonical/index.js'
import type { DraftEvent, LedgerRecord } from '../../src/events/index.js'

const recorded = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../examples/dbt-postgres/recorded/${path}`, import.meta.url)))

/** What lay there of one run at one time: its artefacts or not, and one log or none. */
interface Step {
  readonly artefacts: boolean
  readonly log: 'none' | 'head' | 'tail' | 'whole'
}

function filesOf(flavour: string, { artefacts, log }: Step): DbtRunFiles {
  const lines = recorded(`${flavour}/logs/dbt.log`).toString().split('\n')
  const cut = Math.floor(lines.length * 0.6)
  const part = { none: undefined, head: lines.slice(0, cut), tail: lines.slice(-cut), whole: lines }[log]
  return {
    manifest: artefacts ? recorded(`${flavour}/target/manifest.json`) : undefined,
    runResults: artefacts ? recorded(`${flavour}/target/run_results.json`) : undefined,
    log: part === undefined ? undefined : Buffer.from(part.join('\n')),
  }
}

/** The run's stream as a ledger keeps it: an id that is known is not appended again. */
class Stream {
  readonly events: DraftEvent[] = []

  read(files: DbtRunFiles): this {
    const run = readDbtRun(files)
    this.append(
      this.events.length === 0
        ? [...run.events, ...closeDbtRun(run.runId, run.events)]
        : laterReading(run.runId, this.events, run.events).drafts,
    )
    return this
  }

  append(drafts: readonly DraftEvent[]): void {
    const ids = new Set(this.events.map(({ id }) => id))
    for (const draft of drafts) if (!ids.has(draft.id)) this.events.push(draft)
  }

  get view(): RunView {
    const records = this.events.map(
      // Holds for folds: they look at type, time, data and position, and of a sealed value only whether there is one.
      (event, position) =>
        ({ position, event: { ...event, recordedat: '', submitter: 'local' } }) as unknown as LedgerRecord,
    )
    return runProjection.render(runProjection.applyAll!(runProjection.initial('r'), records))
  }
}

/**
 * The view without places in the stream, and without the notes on its readings: that it was read again, and which file
 * was left out because another that lay beside it said the same.
 */
function sayings(stream: Stream): string {
  const { rereads: _, records: __, first: ___, last: ____, leftOut, ...view } = stream.view
  const lost = leftOut.filter(({ reason }) => reason !== 'duplicate')
  return canonicalString(
    JSON.parse(JSON.stringify({ ...view, leftOut: lost }), (name, value: unknown) =>
      name === 'position' || name === 'events' || (name === 'time' && typeof value === 'string') ? null : value,
    ),
  )
}

const FLAVOURS = ['good', 'failing']
const step = fc
  .record<Step>({ artefacts: fc.boolean(), log: fc.constantFrom('none', 'head', 'tail', 'whole') })
  .filter(({ artefacts, log }) => artefacts || log !== 'none')

describe('a run that is read again', () => {
  it.each(FLAVOURS)('says the same of the %s run in whatever order its files came', (flavour) => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
        fc.array(step, { maxLength: 2 }),
        (order, extra) => {
          const steps: Step[] = [{ artefacts: true, log: 'none' }, { artefacts: false, log: 'whole' }, ...extra]
          const shuffled = [...order.map((at) => steps[at % steps.length]!), ...steps]
          const inParts = shuffled.reduce((stream, one) => stream.read(filesOf(flavour, one)), new Stream())
          const atOnce = new Stream().read(filesOf(flavour, { artefacts: true, log: 'whole' }))
          expect(sayings(inParts)).toBe(sayings(atOnce))
          expect(atOnce.view.completeness).toBe('complete')
        },
      ),
      { numRuns: 12 },
    )
  })

  it.each(FLAVOURS)('keeps the better of two cut logs of the %s run, whichever came first', (flavour) => {
    const [head, tail] = (['head', 'tail'] as const).map((log) => filesOf(flavour, { artefacts: true, log }))
    const one = new Stream().read(head!).read(tail!)
    const other = new Stream().read(tail!).read(head!)
    expect(sayings(one)).toBe(sayings(other))
    expect(one.view.voices.log.completeness).toBe('partial')
  })

  it.each([
    ['log', 'otel', 'queryLog'],
    ['otel', 'queryLog', 'log'],
    ['queryLog', 'log', 'otel'],
  ] as const)('takes the best of the Rust engine’s own accounts, also in the order %s, %s, %s', (...order) => {
    const accounts = {
      log: recorded('rust-good/logs/dbt.log'),
      otel: recorded('rust-good/logs/otel.jsonl'),
      queryLog: recorded('rust-good/logs/query_log.sql'),
    }
    const artefacts = {
      manifest: recorded('rust-good/target/manifest.json'),
      runResults: recorded('rust-good/target/run_results.json'),
    }
    const atOnce = new Stream().read({ ...artefacts, ...accounts })
    const inParts = new Stream()
    for (const one of order) inParts.read({ ...artefacts, [one]: accounts[one] })
    expect(sayings(inParts)).toBe(sayings(atOnce))
    expect(atOnce.view.completeness).toBe('complete')
  })

  it('adds nothing where the files are the same, or say less', () => {
    const stream = new Stream().read(filesOf('failing', { artefacts: true, log: 'whole' }))
    const { length } = stream.events
    for (const log of ['whole', 'head', 'tail', 'none'] as const)
      stream.read(filesOf('failing', { artefacts: true, log }))
    expect(stream.events).toHaveLength(length)
    const run = readDbtRun(filesOf('failing', { artefacts: true, log: 'head' }))
    expect(laterReading(run.runId, stream.events, run.events)).toMatchObject({ drafts: [], poorer: ['log'] })
  })

  it('finds what disagrees once the second voice is there', () => {
    const stream = new Stream().read(filesOf('failing', { artefacts: true, log: 'none' }))
    const before = stream.view
    const after = stream.read(filesOf('failing', { artefacts: false, log: 'whole' })).view
    expect([before.voices.log.completeness, after.voices.log.completeness]).toEqual(['missing', 'complete'])
    expect(after.rereads).toMatchObject([{ reading: 2, voices: ['log'], because: 'log-added' }])
    expect(before.statements.total).toBe(0)
    expect(after.statements.total).toBeGreaterThan(0)
  })

  it('goes on from wherever a crash cut a reading off, and ends in the same record', () => {
    const files = filesOf('good', { artefacts: true, log: 'whole' })
    const first = new Stream().read(filesOf('good', { artefacts: false, log: 'head' }))
    const whole = new Stream()
    whole.append(first.events)
    whole.read(files)
    const added = whole.events.slice(first.events.length)
    for (const cut of [1, 2, 40, added.length - 1]) {
      const crashed = new Stream()
      crashed.append([...first.events, ...added.slice(0, cut)])
      expect(crashed.read(files).events.map(({ id }) => id)).toEqual(whole.events.map(({ id }) => id))
      // Other files after the crash: what was cut off is void, and the new reading stands.
      const other = new Stream()
      other.append([...first.events, ...added.slice(0, cut)])
      other.read(filesOf('good', { artefacts: true, log: 'tail' })).read(files)
      expect(sayings(other)).toBe(sayings(whole))
    }
  })

  it('carries over what only the wrapper knew', () => {
    const stream = new Stream()
    const run = readDbtRun(filesOf('good', { artefacts: false, log: 'head' }))
    stream.append([...run.events, ...closeDbtRun(run.runId, run.events, ['process-signalled'])])
    stream.read(filesOf('good', { artefacts: true, log: 'whole' }))
    expect(stream.view.reasons).toEqual(['process-signalled'])
    expect(stream.view.outcome).toBe('interrupted')
  })
})
