import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { canonicalBytes, fromHex, utf8 } from '../canonical/index.js'
import { isClyraError } from '../errors/index.js'
import {
  checkTransferred,
  createRegistry,
  defineFamily,
  type EventInput,
  finishRecord,
  parseRecord,
  prepare,
  RecordFrame,
  sameProducerContent,
  transferListOf,
} from './index.js'

const ID = '01890a5d-ac96-774b-bcce-b302099a8057'
const TIME = '2026-01-02T03:04:05.678Z'
const BASE = { id: ID, time: TIME, source: '/test', type: 'com.example.order.placed.v1', data: { a: 1 } }
const LEDGER = {
  ledger: 'aa.clyra.internal',
  stream: 'order-1',
  revision: 0,
  prev: '0'.repeat(64),
  submitter: 'local',
  recordedat: TIME,
}
/** The producer content of a record, by its definition. */
const producerContent = (record: Uint8Array): Uint8Array => {
  const { ledger, revision, prev, submitter, recordedat, ...content } = parseRecord(record)
  return canonicalBytes(content)
}
const codeOf = (action: () => unknown): string => {
  try {
    action()
  } catch (error) {
    if (isClyraError(error)) return error.code
    throw error
  }
  return 'none'
}

const hexDigit = fc.constantFrom(...'0123456789abcdef')
const hexText = (n: number) => fc.string({ unit: hexDigit, minLength: n, maxLength: n })
const uuid = fc
  .tuple(
    hexText(8),
    hexText(4),
    fc.constantFrom('7', '8'),
    hexText(3),
    fc.constantFrom('8', '9', 'a', 'b'),
    hexText(3),
    hexText(12),
  )
  .map(([a, b, v, c, r, d, e]) => `${a}-${b}-${v}${c}-${r}${d}-${e}`)
const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((s) => /^[^\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]+$/.test(s))
const name = fc.stringMatching(/^[A-Za-z0-9_.:/$@-]{1,12}$/).filter((s) => s !== '__proto__')
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger().map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
})).value
const RESERVED_NAMES = [
  'ledger',
  'prev',
  'recordedat',
  'revision',
  'stream',
  'submitter',
  'actor',
  'causationid',
  'correlationid',
  'data',
  'datacontenttype',
  'dataschema',
  'id',
  'runid',
  'source',
  'specversion',
  'subject',
  'time',
  'traceparent',
  'type',
]
const event = fc.record(
  {
    id: uuid,
    time: fc
      .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
      .map((d) => d.toISOString()),
    source: fc.constantFrom('/ci', 'dbt:log', 'https://example.com/a?b=%20c'),
    type: fc.constantFrom('com.example.a.v1', 'org.example.b-c.v22'),
    data: fc.dictionary(name, json, { maxKeys: 5 }),
    actor: text,
    causationid: text,
    correlationid: text,
    datacontenttype: fc.constantFrom('application/json', 'application/cloudevents+json'),
    dataschema: fc.constant('https://example.com/schema#1'),
    runid: text,
    subject: text,
    traceparent: fc.constant('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
    extensions: fc.dictionary(
      fc.stringMatching(/^[a-z0-9]{1,20}$/).filter((n) => !RESERVED_NAMES.includes(n)),
      text,
      { maxKeys: 6 },
    ),
  },
  { requiredKeys: ['id', 'time', 'source', 'type', 'data'] },
)

const whole = ({ extensions, ...producer }: EventInput, ledger: object) =>
  canonicalBytes({ specversion: '1.0', ...producer, ...extensions, ...ledger })

describe('prepare and finishRecord', () => {
  it('give byte for byte the canonical form of the whole record', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 4 }), fc.nat(), (events, revision) => {
        const inputs = events as EventInput[]
        const prepared = prepare(inputs)
        inputs.forEach((input, i) => {
          const record = finishRecord(prepared, i, { ...LEDGER, revision })
          expect(Buffer.from(record).toString()).toBe(
            Buffer.from(whole(input, { ...LEDGER, revision: String(revision) })).toString(),
          )
        })
      }),
      { numRuns: 300 },
    )
  })

  it('give records that parse back to the event, and whose producer content is the same', () => {
    fc.assert(
      fc.property(event, (e) => {
        const input = e as EventInput
        const prepared = prepare([input])
        const record = finishRecord(prepared, 0, LEDGER)
        const parsed = parseRecord(record)
        expect(parsed.id).toBe(input.id)
        const { ledger, revision, prev, submitter, recordedat, ...content } = { ...LEDGER }
        expect(producerContent(record)).toEqual(whole(input, content))
        expect(sameProducerContent(prepared, 0, LEDGER.stream, record)).toBe(true)
        expect(sameProducerContent(prepared, 0, 'order-2', record)).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  it('tell records of other content apart exactly as their producer content does', () => {
    const stored = fc.array(event, { minLength: 2, maxLength: 2 })
    fc.assert(
      fc.property(stored, fc.boolean(), ([a, b], share) => {
        const first = a as EventInput
        const second = (share ? { ...a, time: (b as EventInput).time } : b) as EventInput
        const prepared = prepare([second])
        const record = finishRecord(prepare([first]), 0, LEDGER)
        const other = finishRecord(prepared, 0, { ...LEDGER, revision: 9, prev: 'f'.repeat(64), submitter: 'x' })
        const equal = Buffer.compare(producerContent(record), producerContent(other)) === 0
        expect(sameProducerContent(prepared, 0, LEDGER.stream, record)).toBe(equal)
      }),
      { numRuns: 200 },
    )
  })

  it('write many records of one append one after the other', () => {
    const prepared = prepare([BASE, { ...BASE, id: ID.replace('8057', '8058'), data: { b: 'ü'.repeat(200) } }])
    const frame = new RecordFrame(LEDGER)
    const target = new Uint8Array(frame.sizeOf(prepared, 0, 9) + frame.sizeOf(prepared, 1, 10))
    const middle = frame.write(prepared, 0, 9, fromHex(LEDGER.prev), target, 0)
    expect(frame.write(prepared, 1, 10, fromHex(LEDGER.prev), target, middle)).toBe(target.length)
    expect(parseRecord(target.subarray(0, middle)).revision).toBe('9')
    expect(parseRecord(target.subarray(middle)).revision).toBe('10')
  })

  it('survive the way through a worker, and refuse a damaged object', () => {
    const prepared = prepare([BASE])
    const record = finishRecord(prepared, 0, LEDGER)
    const moved: unknown = structuredClone(prepared, { transfer: transferListOf(prepared) })
    expect(finishRecord(checkTransferred(moved), 0, LEDGER)).toEqual(record)
    const damaged = { ...checkTransferred(moved), ids: [] }
    expect(codeOf(() => checkTransferred(damaged))).toBe('EVENT_INVALID')
    expect(codeOf(() => checkTransferred({}))).toBe('EVENT_INVALID')
  })

  it('mint ids and times where they are absent, from what the caller injects', () => {
    const { id, time, ...rest } = BASE
    const prepared = prepare([rest], { now: () => 0, randomId: () => ID })
    expect(prepared.ids).toEqual([ID])
    expect(parseRecord(finishRecord(prepared, 0, LEDGER)).time).toBe('1970-01-01T00:00:00.000Z')
    expect(prepare([rest, rest]).ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  })

  it('count only as far as a verifier does', () => {
    const closed = (records: string) => () =>
      prepare([{ ...BASE, type: 'dev.clyra.window.closed.v1', data: { records, next: null, runs: [] } }])
    expect(closed('9007199254740991')).not.toThrow()
    for (const beyond of ['9007199254740992', '9999999999999999', '10000000000000000'])
      expect(codeOf(closed(beyond)), beyond).toBe('EVENT_INVALID')
  })

  it('take every form of a URI-reference as a source', () => {
    const forms = [
      '/',
      '?q',
      '#f',
      './a:b',
      'a/b?c=?#d',
      'a:',
      'urn:x:y',
      '//u@host:80/p',
      'http://[::1]:80/%C3%A9',
      'a'.repeat(1024),
    ]
    for (const source of forms)
      expect(() => prepare([{ type: 'com.example.a.v1', source, data: {} }]), source).not.toThrow()
  })

  it('refuse what the grammars refuse, and say which attribute it was', () => {
    const cases: [string, Record<string, unknown>][] = [
      ['id', { id: ID.toUpperCase() }],
      ['id', { id: '01890a5d-ac96-474b-bcce-b302099a8057' }],
      ['time', { time: '2026-02-29T00:00:00Z' }],
      ['time', { time: '2026-01-01T24:00:00Z' }],
      ['time', { time: '2026-01-01T00:00:60Z' }],
      ['time', { time: '2026-01-01T00:00:00+00:00' }],
      ['source', { source: undefined }],
      ['source', { source: '' }],
      ['source', { source: 'a b' }],
      ['source', { source: 'a%zz' }],
      // RFC 3986: brackets only around an address, one fragment, no colon in the first segment of what has no scheme.
      ['source', { source: 'a[b' }],
      ['source', { source: '/a#b#c' }],
      ['source', { source: '1:a' }],
      ['source', { source: '//host:x/' }],
      ['source', { source: `/${'a'.repeat(1024)}` }],
      ['dataschema', { dataschema: 'https://example.org/a[b' }],
      ['type', { type: undefined }],
      ['type', { type: 'order' }],
      ['type', { type: 'com.example.order' }],
      ['subject', { subject: '' }],
      ['subject', { subject: 'a\u0000' }],
      ['traceparent', { traceparent: 'x' }],
      ['datacontenttype', { datacontenttype: 'text/plain' }],
      ['dataschema', { dataschema: 'relative' }],
      ['"ledger"', { ledger: 'x' }],
      ['"data_base64"', { data_base64: 'x' }],
      ['extension "stream"', { extensions: { stream: 'x' } }],
      ['extension "Up"', { extensions: { Up: 'x' } }],
      ['extension n', { extensions: { n: 1 } }],
      ['/data', { data: [] }],
      ['/data', { data: 'text' }],
    ]
    for (const [field, change] of cases) {
      try {
        prepare([{ ...BASE, ...change } as EventInput])
        expect.unreachable(JSON.stringify(change))
      } catch (error) {
        expect(isClyraError(error, 'EVENT_INVALID') && error.details['field']).toBe(field)
      }
    }
    expect(codeOf(() => prepare([{ ...BASE, data: { a: 0.5 } }]))).toBe('JSON_NUMBER')
    expect(codeOf(() => prepare([{ ...BASE, data: { a: '\ud800' } }]))).toBe('JSON_SURROGATE')
    expect(codeOf(() => prepare([{ ...BASE, subject: '\ud800' }]))).toBe('JSON_SURROGATE')
  })

  it('count the record itself as the first level of depth', () => {
    let data: EventInput['data'] = {}
    for (let i = 0; i < 30; i++) data = { a: data }
    expect(codeOf(() => prepare([{ ...BASE, data }]))).toBe('none')
    expect(codeOf(() => prepare([{ ...BASE, data: { a: data } }]))).toBe('JSON_TOO_DEEP')
  })

  it('admit known types by their schema, and no other type of the dev.clyra namespace', () => {
    const closed = { ...BASE, type: 'dev.clyra.run.closed.v1', data: { run: 'R' } }
    expect(prepare([closed]).types).toEqual(['dev.clyra.run.closed.v1'])
    expect(codeOf(() => prepare([{ ...closed, data: { run: 'R', more: 1 } }]))).toBe('EVENT_INVALID')
    // Typed as any event, because the compiler already refuses these types where they are spelled in the call.
    const ofType = (type: string): EventInput => ({ ...BASE, type })
    expect(codeOf(() => prepare([ofType('dev.clyra.other.thing.v1')]))).toBe('UNKNOWN_TYPE')
    expect(codeOf(() => prepare([ofType('dev.clyra.ledger.new.v1')]))).toBe('RESERVED_STREAM')
    const heads = { ...BASE, type: 'dev.clyra.ledger.heads.v1', data: { size: '1', root: '0'.repeat(64) } }
    expect(codeOf(() => prepare([heads]))).toBe('RESERVED_STREAM')
    expect(codeOf(() => prepare([heads], { allowReserved: true }))).toBe('none')
  })

  it('hold events of a caller’s family to its schema', () => {
    const family = defineFamily({
      name: 'shop',
      types: { 'com.example.order.placed.v1': z.strictObject({ a: z.string() }) },
    })
    const registry = createRegistry([family])
    expect(codeOf(() => prepare([BASE], { registry }))).toBe('EVENT_INVALID')
    expect(codeOf(() => prepare([{ ...BASE, data: { a: 'x' } }], { registry }))).toBe('none')
  })

  it('refuse a record above 65,535 bytes and take one of exactly that size', () => {
    const fill = (n: number) => ({ ...BASE, data: { a: 'x'.repeat(n) } })
    const room = 65_535 - finishRecord(prepare([fill(0)]), 0, LEDGER).length
    expect(finishRecord(prepare([fill(room)]), 0, LEDGER).length).toBe(65_535)
    expect(codeOf(() => finishRecord(prepare([fill(room + 1)]), 0, LEDGER))).toBe('EVENT_TOO_LARGE')
    expect(codeOf(() => prepare([fill(70_000)]))).toBe('EVENT_TOO_LARGE')
  })
})

describe('parseRecord', () => {
  const good = { specversion: '1.0', ...BASE, ...LEDGER, revision: '0' }
  it('refuses a record whose envelope is not in its grammar', () => {
    expect(codeOf(() => parseRecord(canonicalBytes(good)))).toBe('none')
    // What others write need not be what this program writes.
    for (const change of [{ data: 1 }, { data: null }, { source: 'no URI' }, { datacontenttype: 'text/html' }])
      expect(codeOf(() => parseRecord(canonicalBytes({ ...good, ...change })))).toBe('none')
    const bad: Record<string, unknown>[] = [
      { specversion: '0.3' },
      { revision: '01' },
      { revision: '9007199254740992' },
      { prev: 'F'.repeat(64) },
      { recordedat: '2026-01-02T03:04:05Z' },
      { stream: 'Order-1' },
      { ledger: 'UPPER' },
      { extra: 1 },
      { data_base64: 'eA==' },
      { Upper: 'x' },
    ]
    for (const change of bad)
      expect(codeOf(() => parseRecord(canonicalBytes({ ...good, ...change })))).toBe('EVENT_INVALID')
    for (const gone of ['submitter', 'data', 'id'] as const) {
      const { [gone]: _, ...rest } = good
      expect(codeOf(() => parseRecord(canonicalBytes(rest)))).toBe('EVENT_INVALID')
    }
    expect(codeOf(() => parseRecord(utf8('[]')))).toBe('EVENT_INVALID')
    expect(codeOf(() => parseRecord(utf8(`${JSON.stringify(good)} `)))).toBe('JSON_NOT_CANONICAL')
  })
})
