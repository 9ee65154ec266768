import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { isClyraError } from '../errors/index.js'
import {
  assertStreamName,
  CLYRA_REGISTRY,
  type CurrentType,
  createRegistry,
  type DraftEvent,
  defineFamily,
  type EventFamily,
  isReservedStream,
  isReservedType,
  isTime,
  isType,
  type LedgerRecord,
  type Sealable,
  type SealedValue,
  STREAM_OF_RESERVED_TYPE,
  type StoredEvent,
} from './index.js'

const shop: EventFamily = {
  name: 'shop',
  types: {
    'com.example.sold.v1': z.strictObject({ cents: z.int() }),
    'com.example.sold.v2': z.strictObject({ cents: z.int(), currency: z.string() }),
    'com.example.sold.v3': z.strictObject({ price: z.tuple([z.int(), z.string()]) }),
  },
  upcasters: {
    'com.example.sold.v1': { to: 'com.example.sold.v2', data: (data) => ({ ...data, currency: 'EUR' }) },
    'com.example.sold.v2': { to: 'com.example.sold.v3', data: (d) => ({ price: [d['cents']!, d['currency']!] }) },
  },
}
const stored = (type: string, data: StoredEvent['data']): StoredEvent => ({
  specversion: '1.0',
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  source: '/x',
  type,
  data,
  time: '2026-01-02T03:04:05Z',
  ledger: 'a.b',
  stream: 'shop-1',
  revision: '0',
  prev: '0'.repeat(64),
  submitter: 'local',
  recordedat: '2026-01-02T03:04:05.000Z',
})

describe('the first versions of the types of Clyra itself', () => {
  const first = stored('dev.clyra.finding.raised.v1', {
    code: 'relation-dropped',
    disposition: 'unclaimed',
    severity: 'high',
    node: null,
    events: [],
    voices: ['warehouse'],
    said: [['warehouse', 'analytics.gone']],
  })

  it('are read as the newest, whose schema they then meet', () => {
    const newest = CLYRA_REGISTRY.upcast(first)
    expect(newest).toEqual({
      ...first,
      type: 'dev.clyra.finding.raised.v2',
      data: { ...(first.data as object), relation: null },
    })
    expect(CLYRA_REGISTRY.get(newest.type)?.schema.safeParse(newest.data).success).toBe(true)
    expect(CLYRA_REGISTRY.newest(first.type)).toBe(newest.type)
  })

  it('may still be appended, and every one of them has its later version in the registry', () => {
    expect(CLYRA_REGISTRY.get(first.type)?.schema.safeParse(first.data).success).toBe(true)
    for (const { upcaster } of CLYRA_REGISTRY.types()) {
      if (upcaster !== undefined) expect(CLYRA_REGISTRY.get(upcaster.to)).toBeDefined()
    }
  })

  it('are no types that a reader can ask for', () => {
    expectTypeOf<'dev.clyra.finding.raised.v2'>().toExtend<CurrentType>()
    expectTypeOf<'dev.clyra.finding.raised.v1'>().not.toExtend<CurrentType>()
  })
})

describe('a registry', () => {
  it('lifts an event through every version to the newest', () => {
    const registry = createRegistry([defineFamily(shop)])
    const newest = registry.upcast(stored('com.example.sold.v1', { cents: 5 }))
    expect([newest.type, newest.data]).toEqual(['com.example.sold.v3', { price: [5, 'EUR'] }])
    const same = stored('com.example.sold.v3', { price: [1, 'EUR'] })
    expect(registry.upcast(same)).toBe(same)
    const unknown = stored('org.other.v1', {})
    expect(registry.upcast(unknown)).toBe(unknown)
  })

  it('refuses families that would take over a name, a namespace or go in circles', () => {
    const bad: EventFamily[] = [
      { ...shop, name: 'run' },
      { ...shop, name: 'Shop' },
      { name: 'x', types: { 'dev.clyra.x.v1': z.strictObject({}) } },
      { name: 'x', types: { nonsense: z.strictObject({}) } },
      { ...shop, upcasters: { 'com.example.sold.v2': { to: 'com.example.sold.v1', data: (d) => d } } },
      { ...shop, upcasters: { 'com.example.sold.v1': { to: 'com.example.sold.v9', data: (d) => d } } },
    ]
    for (const family of bad) {
      try {
        createRegistry([family])
        expect.unreachable(JSON.stringify(family))
      } catch (error) {
        expect(isClyraError(error, 'EVENT_INVALID')).toBe(true)
      }
    }
    expect(() => createRegistry([shop, { ...shop, name: 'again' }])).toThrow(/defined twice/)
  })

  it('knows one stream for every type that the ledger reserves', () => {
    const reserved = CLYRA_REGISTRY.types().filter(({ type }) => isReservedType(type))
    expect(reserved.map(({ type }) => type).sort()).toEqual(Object.keys(STREAM_OF_RESERVED_TYPE).sort())
    for (const stream of Object.values(STREAM_OF_RESERVED_TYPE)) expect(isReservedStream(stream)).toBe(true)
  })
})

describe('grammars', () => {
  it('know the name of a stream', () => {
    assertStreamName('run-a-b')
    for (const name of ['run', 'run-', '-x', 'Run-x', 'run-ü', 'run-a/b', `run-${'x'.repeat(201)}`, '1a-b']) {
      expect(() => assertStreamName(name)).toThrow()
    }
  })

  it('know the calendar', () => {
    for (const good of ['2024-02-29T00:00:00Z', '2000-02-29T23:59:59.999999999Z', '0000-01-01T00:00:00Z']) {
      expect([good, isTime(good)]).toEqual([good, true])
    }
    for (const bad of [
      '1900-02-29T00:00:00Z',
      '2023-04-31T00:00:00Z',
      '2023-13-01T00:00:00Z',
      '2023-00-01T00:00:00Z',
      '2023-01-01T00:60:00Z',
      '2023-01-01 00:00:00Z',
      '2023-01-01T00:00:00.Z',
      '2023-01-01T00:00:00.1234567890Z',
      '2023-01-01T00:00:00z',
    ]) {
      expect([bad, isTime(bad)]).toEqual([bad, false])
    }
  })
})

describe('types', () => {
  it('narrow data by the type of the event', () => {
    const record: LedgerRecord = {
      position: 0,
      leaf: new Uint8Array(),
      bytes: new Uint8Array(),
      event: stored('a.b.v1', {}),
    }
    if (isType(record, 'dev.clyra.run.closed.v1')) expectTypeOf(record.event.data).toEqualTypeOf<{ run: string }>()
  })

  it('let a draft hold a marked value only where the record has a sealed one', () => {
    type Draft = DraftEvent<'dev.clyra.dbt.invocation.started.v1'>['data']
    expectTypeOf<Draft['arguments']>().toEqualTypeOf<SealedValue | Sealable | null>()
    expectTypeOf<Draft['command']>().toEqualTypeOf<string | null>()
    type Node = DraftEvent<'dev.clyra.dbt.node.executed.v1'>['data']
    expectTypeOf<Node['relation']>().toEqualTypeOf<[string | null, string, string] | null>()
  })
})
