import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INVOCATION, LogBuilder, manifestOf, OTHER_INVOCATION, runResultsOf } from '../../../test/dbt/dbt-files.js'
import { isDraft } from '../drafts/drafts.js'
import { readDbtRun } from '../run/read-dbt-run.js'
import type { LineBytes } from './lines.js'
import { plainLog } from './plain-log.js'
import { utf8Bytes } from './plain-text.js'
import { recogniseSource } from './recognise-source.js'
import { joinLogs } from './rotated-log.js'

const MODEL = 'model.shop.orders'

function logOf(statements: number, invocation = INVOCATION): LogBuilder {
  const options = { invocation }
  const log = new LogBuilder().start(options).nodeStart(MODEL, options)
  for (let i = 0; i < statements; i++)
    log.statement(`insert into t values (${i}, 'ü€😀 {"info": 1}')`, 'INSERT 0 1', MODEL, options)
  return log.commit(MODEL, options).nodeEnd(MODEL, 'success', {}, options).end(true, options)
}

const bytesOf = (lines: readonly string[]) => new TextEncoder().encode(`${lines.join('\n')}\n`)
const eventsOf = (log: LineBytes) => readDbtRun({ log }).events
const whole = logOf(12)
const expected = eventsOf(whole.bytes)

/** What container runtimes, collectors and schedulers make of a line. */
const CARRIERS: Readonly<Record<string, (line: string, i: number) => string>> = {
  docker: (line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: '2026-03-01T10:00:00Z' }),
  'docker in parts': (line) =>
    [line.slice(0, 50), `${line.slice(50)}\n`].map((log) => JSON.stringify({ log, stream: 'stdout' })).join('\n'),
  cri: (line) => `2026-03-01T10:00:00.000000000Z stdout F ${line}`,
  'cri in parts': (line) =>
    `2026-03-01T10:00:00.1Z stdout P ${line.slice(0, 40)}\n2026-03-01T10:00:00.1Z stdout F ${line.slice(40)}`,
  airflow: (line) => `[2026-03-01T10:00:00.000+0000] {subprocess.py:93} INFO - ${line}`,
  'docker compose': (line) => `dbt_1  | ${line}`,
  'kubectl --timestamps': (line) => `2026-03-01T10:00:00.000000000Z ${line}`,
  collector: (line, i) => JSON.stringify({ severity: 'INFO', message: line, n: i }),
  'line ends of Windows': (line) => `${line}\r`,
}

describe('what a file is', () => {
  it.each([
    ['log', whole.bytes],
    ['manifest', manifestOf()],
    ['run-results', runResultsOf([])],
    ['sources', bytesOf(['{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/sources/v3.json"}}'])],
    ['otel', bytesOf(['{"record_type":"SpanStart","trace_id":"01a1fe30e4b07c309d3e8e5969a4fb7a"}'])],
    ['query-log', bytesOf(['', '-- created_at: 2026-11-21T12:59:40.000000000+00:00', 'select 1;'])],
    [
      'text-log',
      bytesOf(['', `============================== 20:42:29.847534 | ${INVOCATION} ==============================`]),
    ],
    ['text-log', bytesOf(['\u001b[0m20:42:29.847534 [info ] [MainThread]: Running with dbt=1.11.16'])],
    ['text-log', bytesOf(['20:42:29  Running with dbt=1.11.16'])],
    ['unknown', bytesOf(['hello', '{"a": 1}', '[]'])],
    ['empty', bytesOf(['', ''])],
  ])('is told by what stands in it: %s', (kind, bytes) => {
    expect(recogniseSource(bytes).kind).toBe(kind)
  })

  it('is a JSON log also where a text log stands before it, and where a statement quotes an artefact', () => {
    const mixed = ['20:42:29  Running with dbt=1.11.16', ...whole.lines]
    expect(recogniseSource(bytesOf(mixed)).kind).toBe('log')
    const quoting = new LogBuilder().query(
      'select \'{"dbt_schema_version": "https://x/dbt/manifest/v12.json"}\'',
      MODEL,
    )
    expect(recogniseSource(quoting.bytes).kind).toBe('log')
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void recogniseSource(utf8Bytes(bytes))))
  })
})

describe('a log that another program carried', () => {
  it.each(Object.keys(CARRIERS))('gives the events that the log alone gives: %s', (name) => {
    const lines = whole.lines.map(CARRIERS[name]!)
    const noise = ['Starting the container', '{"log":"not dbt\\n"}', '2026-03-01T10:00:00Z stdout F hello']
    const carried = bytesOf([noise[0]!, ...lines])
    expect(recogniseSource(carried).kind).toBe('log')
    const kept = (bytes: Uint8Array) => eventsOf(bytes).filter(({ type }) => type !== 'dev.clyra.run.left-out.v1')
    expect(kept(plainLog(carried))).toEqual(expected)
    expect(kept(plainLog(bytesOf([...noise, ...lines, ...noise])))).toEqual(expected)
  })

  it.each<[string, BufferEncoding | 'utf16be']>([
    ['UTF-16', 'utf16le'],
    ['UTF-16 of the other order', 'utf16be'],
    ['UTF-8', 'utf8'],
  ])('gives the same events in %s with a byte order mark', (_, encoding) => {
    const text = `\ufeff${new TextDecoder().decode(whole.bytes)}`
    const bytes = encoding === 'utf16be' ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text, encoding)
    expect(eventsOf(utf8Bytes(bytes))).toEqual(expected)
  })
})

describe('a log in parts', () => {
  it('gives the same events wherever it was cut, in whatever order the parts are found', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: whole.lines.length - 1 }), { maxLength: 5 }),
        fc.infiniteStream(fc.double({ noNaN: true })),
        (cuts, order) => {
          const at = [0, ...cuts.toSorted((a, b) => a - b), whole.lines.length]
          const parts = at.slice(1).map((end, i) => ({
            name: i === at.length - 2 ? 'dbt.log' : `dbt.log.${at.length - 2 - i}`,
            bytes: bytesOf(whole.lines.slice(at[i], end)),
          }))
          const shuffled = parts.map((part) => ({ part, by: order.next().value })).sort((a, b) => a.by - b.by)
          const joined = joinLogs(
            shuffled.map(({ part }) => part),
            undefined,
          )
          expect([joined.missingParts, joined.leftOut]).toEqual([0, []])
          expect(eventsOf(joined.bytes!)).toEqual(expected)
        },
      ),
    )
  })

  it('says that a part is gone, leaves a copy out by name, and does not need parts of other runs', () => {
    const [a, b, c] = [0, 1, 2].map((i) => bytesOf(whole.lines.slice(i * 15, i === 2 ? undefined : i * 15 + 15)))
    const part = (name: string, bytes: Uint8Array) => ({ name, bytes })
    expect(joinLogs([part('dbt.log', c!), part('dbt.log.2', a!)], undefined).missingParts).toBe(1)
    const copied = joinLogs(
      [part('dbt.log', whole.bytes), part('copy.log', whole.bytes), part('head.log', a!)],
      undefined,
    )
    expect(copied.leftOut.map(({ name, reason }) => [name, reason])).toEqual([
      ['copy.log', 'duplicate'],
      ['head.log', 'duplicate'],
    ])
    expect(eventsOf(copied.bytes!)).toEqual(expected)
    const other = part('dbt.log.3', logOf(2, OTHER_INVOCATION).bytes)
    const wanted = joinLogs([other, part('dbt.log.2', a!), part('dbt.log.1', b!), part('dbt.log', c!)], INVOCATION)
    expect(eventsOf(wanted.bytes!)).toEqual(expected)
  })

  it('is never complete without its head, its tail, or lines of its middle that are not just whole statements', () => {
    const gaps = (lines: readonly string[]) =>
      readDbtRun({ log: bytesOf(lines), runResults: runResultsOf([]) }).events.flatMap((event) =>
        isDraft(event, 'dev.clyra.run.gap.v1') && event.data.reason.startsWith('log-') ? [event.data.reason] : [],
      )
    expect(gaps(whole.lines)).toEqual([])
    const first = whole.lines.findIndex((line) => line.includes('"name":"ConnectionUsed"'))
    for (let n = 1; n < whole.lines.length - 1; n++) {
      expect(gaps(whole.lines.slice(n))).toContain('log-no-start')
      expect(gaps(whole.lines.slice(0, -n))).toContain('log-no-end')
      for (let from = first; from + n <= first + 36; from++) {
        // What is missing as a whole, or a whole number of statements further, leaves no trace: dbt counts nothing.
        if (n % 3 !== 0) expect(gaps(whole.lines.toSpliced(from, n))).toContain('log-broken')
      }
    }
  })
})
