import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalBytes, type JsonValue } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { parseRecord, RecordReader } from './index.js'

const RECORD = {
  data: { a: 1 },
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  ledger: 'ledger.example',
  prev: 'ab'.repeat(32),
  recordedat: '2026-02-28T23:59:59.999Z',
  revision: '7',
  source: '/orders',
  specversion: '1.0',
  stream: 'order-7',
  submitter: 'local',
  time: '2026-02-28T23:59:59Z',
  type: 'com.example.order.placed.v1',
}

/** Each part is of its grammar. */
const TOO_LONG = `${'a'.repeat(63)}${`.${'b'.repeat(63)}`.repeat(15)}.v999999`

/** For each member texts that meet its grammar, and values that do not. */
const MEMBERS: Readonly<Record<string, { readonly good: readonly JsonValue[]; readonly bad: readonly JsonValue[] }>> = {
  data: { good: [{}, { b: [] }, 'text', null, [], 1, true], bad: [] },
  id: {
    good: ['01890a5d-ac96-774b-bcce-b302099a8057', '01890a5d-ac96-874b-8cce-b302099a8057'],
    bad: ['', '01890a5d-ac96-474b-bcce-b302099a8057', '01890A5D-ac96-774b-bcce-b302099a8057', 7],
  },
  ledger: { good: ['ledger.example', 'a'], bad: ['', 'Ledger.example', 'ledger.example:80', '-a', null] },
  prev: {
    good: ['0'.repeat(64), 'f'.repeat(64)],
    bad: ['', 'F'.repeat(64), 'a'.repeat(63), 'a'.repeat(65), 'g'.repeat(64)],
  },
  recordedat: {
    good: ['2026-02-28T23:59:59.999Z', '2024-02-29T00:00:00.000Z'],
    bad: ['', '2026-02-29T00:00:00.000Z', '2026-02-28T23:59:59Z', '2026-02-28T24:00:00.000Z', 0],
  },
  revision: {
    good: ['0', '9007199254740991'],
    bad: ['', '00', '-1', '1.0', '9007199254740992', '10000000000000000', 1],
  },
  source: { good: ['/orders', 'urn:a:b', 'a b', '%2'], bad: ['', 'a\u0000', 'a'.repeat(1025), {}] },
  specversion: { good: ['1.0'], bad: ['', '1.1', 1] },
  stream: { good: ['order-7', 'a-b'], bad: ['', 'order', 'Order-7', '-7', `order-${'7'.repeat(201)}`, false] },
  submitter: { good: ['local', 'a@b'], bad: ['', 'a b', 'a'.repeat(201), []] },
  time: {
    good: ['2026-02-28T23:59:59Z', '2026-02-28T23:59:59.123456789Z'],
    bad: ['', '2026-13-01T00:00:00Z', 'now', 5],
  },
  type: {
    good: ['com.example.order.placed.v1', 'a.b.v2'],
    bad: ['', TOO_LONG, 'com.example', 'com.example.v0', 'Com.example.v1', null],
  },
  subject: { good: ['s'], bad: ['', '\u0000', 'a'.repeat(1025), 1] },
  dataschema: { good: ['https://example.org/s', 'relative'], bad: ['', '\u0085', null] },
  traceparent: { good: [`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, '00-1-2-3'], bad: ['', 7] },
  tenant: { good: ['t', 'ü'], bad: ['', '\u0007', 1, {}] },
}

const bytesOf = (members: Readonly<Record<string, unknown>>) => canonicalBytes({ ...RECORD, ...members })

/** The field that is refused, or undefined where the record is read. */
function refusedField(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): unknown {
  try {
    read(bytes)
    return undefined
  } catch (error) {
    if (error instanceof ClyraError && error.code === 'EVENT_INVALID') return error.details['field']
    throw error
  }
}

const cases = Object.entries(MEMBERS)

describe('reading a record', () => {
  it('takes every text of a grammar and refuses every other by the name of its member', () => {
    for (const [name, { good, bad }] of cases) {
      for (const value of good) expect(refusedField(parseRecord, bytesOf({ [name]: value })), name).toBeUndefined()
      for (const value of bad) expect(refusedField(parseRecord, bytesOf({ [name]: value })), name).toBe(name)
    }
  })

  it('refuses a record without one of its required members, and names with other characters', () => {
    for (const name of Object.keys(RECORD)) {
      const { [name as keyof typeof RECORD]: _gone, ...rest } = RECORD
      expect(refusedField(parseRecord, canonicalBytes(rest))).toBe(name)
      // One member more does not stand for the one that is missing.
      expect(refusedField(parseRecord, canonicalBytes({ ...rest, further: 'x' }))).toBe(name)
    }
    expect(refusedField(parseRecord, bytesOf({ Tenant: 'x' }))).toBe('Tenant')
    expect(refusedField(parseRecord, canonicalBytes([]))).toBe('the record')
  })

  it('gives the value as it lies in the bytes', () => {
    expect(parseRecord(bytesOf({ tenant: 'x' }))).toEqual({ ...RECORD, tenant: 'x' })
  })

  it('is the same one record after the other as for each alone, whatever was refused before', () => {
    const edits = fc.array(
      fc
        .constantFrom(...cases)
        .chain(([name, { good, bad }]) => fc.tuple(fc.constant(name), fc.constantFrom(...good, ...bad))),
      { maxLength: 2 },
    )
    fc.assert(
      fc.property(fc.array(edits, { minLength: 2, maxLength: 8 }), (records) => {
        const reader = new RecordReader()
        for (const record of records) {
          const bytes = bytesOf(Object.fromEntries(record))
          const alone = refusedField(parseRecord, bytes)
          expect(refusedField((one) => reader.read(one), bytes)).toBe(alone)
          expect(refusedField((one) => reader.check(one), bytes)).toBe(alone)
          expect(alone === undefined).toBe(record.every(([name, value], i) => isGood(name, value, record.slice(i + 1))))
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('is refused by a check where it is refused by reading, whatever is changed in its bytes', () => {
    const records = [
      RECORD,
      { ...RECORD, data: {} },
      { ...RECORD, actor: 'a', data: { text: 'ü "\n"', n: [1, -2, null] } },
    ]
    const reader = new RecordReader()
    const throws = (act: () => unknown) => {
      try {
        act()
        return false
      } catch {
        return true
      }
    }
    let taken = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...records),
        fc.nat(),
        fc.nat(3),
        fc.stringMatching(/^[ -~]{0,3}$/),
        (record, at, gone, text) => {
          const bytes = canonicalBytes(record)
          const from = at % bytes.length
          const edited = Buffer.concat([bytes.subarray(0, from), Buffer.from(text), bytes.subarray(from + gone)])
          const refused = throws(() => parseRecord(edited))
          if (!refused) taken++
          expect(throws(() => reader.check(edited))).toBe(refused)
        },
      ),
      { numRuns: 10_000 },
    )
    expect(taken).toBeGreaterThan(300)
  })

  it('that is too large, or begins as one but ends early, is refused by a check as well', () => {
    const reader = new RecordReader()
    const large = bytesOf({ data: { text: 'x'.repeat(65_535) } })
    expect(() => reader.check(large)).toThrow(expect.objectContaining({ code: 'EVENT_TOO_LARGE' }))
    for (const text of ['{"data":{', '{"data":{}', '{"data":{}}', '{"data":{},"data":{}}']) {
      expect(() => reader.check(Buffer.from(text))).toThrow(ClyraError)
    }
  })
})

/** Of two edits of one member the later stands. */
function isGood(name: string, value: JsonValue, later: readonly (readonly [string, JsonValue])[]): boolean {
  return later.some(([other]) => other === name) || MEMBERS[name]!.good.includes(value)
}
