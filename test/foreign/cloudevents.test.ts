import { createRequire } from 'node:module'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLYRA_REGISTRY, type EventInput, finishRecord, isTime, prepare } from '../../src/events/index.js'
import { discard, sandbox } from '../cli/clyra.js'
import { requireService } from '../services/index.js'
import { foreignNpmHome } from '../services/layout.mjs'
import { type ExampleLedger, exampleLedger } from './example-ledger.js'
import { python } from './python/run.js'

const present = requireService('foreign-npm') && requireService('foreign-python')

/** What the SDKs make of a record: every attribute (with `time` as they print it) and the data, or why they refuse. */
type Read = { readonly attributes: Record<string, unknown>; readonly data: unknown } | { readonly error: string }

/** The part of the npm package that is used; it is loaded from `.cache`, where its types are not seen. */
interface Sdk {
  readonly HTTP: { toEvent(message: { headers: Record<string, string>; body: string }): SdkEvent }
}
interface SdkEvent extends Record<string, unknown> {
  validate(): boolean
}

const TIME = '2026-01-02T03:04:05.678Z'
const MINUTES = 120_000

describe.runIf(present)('the CloudEvents SDKs of npm and PyPI read records as they lie', () => {
  let folder = ''
  let ledger: ExampleLedger

  /** The npm package: a structured-mode message whose body is the record's bytes. */
  const throughNpm = (records: readonly Uint8Array[]): Read[] => {
    // A package without types here: its shape is the interface above, which the assertions below would not survive if it lied.
    const { HTTP } = createRequire(join(foreignNpmHome, 'x.js'))('cloudevents') as Sdk
    return records.map((record) => {
      try {
        const headers = { 'content-type': 'application/cloudevents+json' }
        const event = HTTP.toEvent({ headers, body: Buffer.from(record).toString('utf8') })
        if (!event.validate()) return { error: 'not valid' }
        const { data, ...attributes } = event
        return { attributes: definedOnly(attributes), data }
      } catch (error) {
        return { error: String(error) }
      }
    })
  }
  const throughPython = (records: readonly Uint8Array[]): Read[] =>
    python('read_cloudevents.py', framed(records)).map((line) => JSON.parse(line))

  /** What the bytes say. `time` is left to the SDKs' precision: milliseconds in JavaScript, microseconds in Python. */
  const asItLies = (record: Uint8Array, time: (text: string) => string): Read => {
    const { data, ...attributes } = JSON.parse(Buffer.from(record).toString('utf8'))
    return { attributes: { ...attributes, time: time(attributes.time) }, data }
  }

  beforeAll(async () => {
    folder = sandbox()
    ledger = await exampleLedger(folder)
  }, MINUTES)
  afterAll(() => discard(folder))

  it('among them at least one of every type that Clyra knows, one with every attribute, and sealed values', () => {
    const events = ledger.records.map((record) => JSON.parse(Buffer.from(record).toString('utf8')))
    const types = new Set(events.map(({ type }) => type))
    // The ledger writes its own types in their newest version alone, and nobody else writes them.
    const superseded = new Set(['dev.clyra.ledger.key.introduced.v1'])
    expect(CLYRA_REGISTRY.types().filter(({ type }) => !types.has(type) && !superseded.has(type))).toEqual([])
    expect(types).toContain('org.example.everything.v1')
    expect(events.filter((event) => JSON.stringify(event).includes('clyra:sealed')).length).toBeGreaterThan(100)
  })

  it('npm: every attribute, extensions too, and the data are what the bytes say', () => {
    const read = throughNpm(ledger.records)
    expect(read).toEqual(ledger.records.map((record) => asItLies(record, milliseconds)))
  })

  it('PyPI: every attribute, extensions too, and the data are what the bytes say', () => {
    const read = throughPython(ledger.records)
    expect(read).toEqual(ledger.records.map((record) => asItLies(record, microseconds)))
  })

  it('and refuse what is no CloudEvent any more', () => {
    const record = Buffer.from(ledger.records[0] ?? []).toString('utf8')
    const broken = [
      record.replace('"specversion":"1.0"', '"specversion":"2.0"'),
      record.replace(/"source":"[^"]*",/, ''),
      record.replace('"submitter":', '"Submitter":'),
      record.replace(/"type":"dev[^"]*"/, '"type":""'),
      record.slice(0, -1),
    ]
    for (const [index, text] of broken.entries()) {
      expect(text).not.toBe(record)
      const read = [...throughNpm([Buffer.from(text)]), ...throughPython([Buffer.from(text)])]
      expect(`${index}: ${read.filter((one) => 'error' in one).length}`).toBe(`${index}: 2`)
    }
  })

  it('whatever `source` the ledger admits: all of up to three characters', () => {
    const one = ['', ...URI_CHARACTERS]
    const all = new Set(one.flatMap((a) => one.flatMap((b) => one.map((c) => `${a}${b}${c}`))))
    const admitted = [...all].filter(accepted)
    expect(admitted.length).toBeGreaterThan(10_000)
    expect(admitted).toEqual(expect.arrayContaining(['/a', 'a:b', '?', '#', '//a', '%20']))
    expect([...all].filter((source) => /[[\]]|#.*#/.test(source)).filter(accepted)).toEqual([])
    const body = (source: string) => JSON.stringify({ specversion: '1.0', id: '1', type: 'a', source, time: TIME })
    const refused = admitted.filter((source) => throughNpm([Buffer.from(body(source))]).some((read) => 'error' in read))
    expect(refused).toEqual([])
  })

  it('whatever attributes and data a producer may give', () => {
    const events = fc.sample(producerEvent, { numRuns: 2000, seed: 4 })
    const records = events.map((event) =>
      finishRecord(prepare([event]), 0, {
        ledger: 'shop.example',
        stream: 'any-1',
        revision: 0,
        prev: '0'.repeat(64),
        submitter: 'local',
        recordedat: TIME,
      }),
    )
    expect(throughNpm(records)).toEqual(records.map((record) => asItLies(record, milliseconds)))
    expect(throughPython(records)).toEqual(records.map((record) => asItLies(record, microseconds)))
  })
})

/** Legal extension names that the npm package cannot read: attributes of CloudEvents 0.3, and its own methods. */
const NPM_CANNOT = new Set(['datacontentencoding', 'schemaurl', 'validate', 'constructor'])

const text = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 40 })
  .filter(
    (value) => /^[^\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]+$/.test(value) && !/\p{Surrogate}/u.test(value),
  )
const URI_CHARACTERS = [..."abz19._~:/?#[]@!$&'()*+,;=-", '%C3%A9', '%20']
const accepted = (source: string): boolean => {
  try {
    prepare([{ type: 'org.example.a.v1', source, data: {} }])
    return true
  } catch {
    return false
  }
}
const source = fc.oneof(
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc
    .array(fc.constantFrom(...URI_CHARACTERS), { minLength: 1, maxLength: 12 })
    .map((parts) => parts.join(''))
    .filter(accepted),
  fc.uuid().map((uuid) => `urn:uuid:${uuid}`),
)
const time = fc
  .tuple(
    fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
    fc.nat(999_999_999),
    fc.nat(9),
  )
  .map(([date, fraction, digits]) => {
    const seconds = date.toISOString().slice(0, 19)
    return digits === 0 ? `${seconds}Z` : `${seconds}.${String(fraction).padStart(9, '0').slice(0, digits)}Z`
  })
  .filter(isTime)
const name = fc.stringMatching(/^[a-z0-9]{1,20}$/).filter((value) => !NPM_CANNOT.has(value) && !RESERVED.has(value))
const RESERVED = new Set(
  'ledger prev recordedat revision stream submitter actor causationid correlationid data datacontenttype dataschema id runid source specversion subject time traceparent type'.split(
    ' ',
  ),
)
const { value: dataValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.maxSafeInteger().map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.stringMatching(/^[A-Za-z0-9_.:/$@-]{1,20}$/).filter((key) => key !== '__proto__'),
      tie('value'),
      {
        maxKeys: 4,
        noNullPrototype: true,
      },
    ),
  ),
}))
const producerEvent: fc.Arbitrary<EventInput> = fc
  .record(
    {
      type: fc.constantFrom('org.example.a.v1', 'com.example-shop.b_c.v12'),
      source,
      data: fc.dictionary(fc.stringMatching(/^[a-z]{1,10}$/), dataValue, { maxKeys: 4, noNullPrototype: true }),
      time,
      subject: text,
      datacontenttype: fc.constantFrom('application/json', 'application/vnd.a+json; charset=utf-8'),
      dataschema: fc.webUrl(),
      actor: text,
      correlationid: text,
      causationid: text,
      runid: text,
      extensions: fc.dictionary(name, text, { maxKeys: 3, noNullPrototype: true }),
    },
    { requiredKeys: ['type', 'source', 'data', 'time'], noNullPrototype: true },
  )
  // The values above are JSON; fast-check's record cannot say so in types.
  .map((event) => event as EventInput)

const milliseconds = (time: string): string => new Date(time).toISOString()

/** As Python prints an instant: microseconds where there are any, `+00:00`. */
function microseconds(time: string): string {
  const [, seconds = '', fraction = ''] = /^(.{19})\.?([0-9]*)Z$/.exec(time) ?? []
  const micros = fraction.padEnd(6, '0').slice(0, 6)
  return `${seconds}${micros === '000000' ? '' : `.${micros}`}+00:00`
}

/** A u16be length before each record, as in an entry bundle. */
function framed(records: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(records.flatMap((record) => [Buffer.from([record.length >> 8, record.length & 0xff]), record]))
}

function definedOnly(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}
