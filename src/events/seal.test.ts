import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isClyraError } from '../errors/index.js'
import {
  type DraftEvent,
  decryptValue,
  encryptValue,
  eventIdFor,
  fingerprint,
  fingerprintKeyId,
  openSealed,
  prepare,
  saltFor,
  seal,
  sealedValuesOf,
  streamStartValue,
  toSeal,
} from './index.js'

const KEY = new Uint8Array(32).fill(7)
const ID = eventIdFor('dbt:log', 'run-1/invocation')
const draft: DraftEvent<'dev.clyra.dbt.invocation.started.v1'> = {
  id: ID,
  time: '2026-01-02T03:04:05Z',
  source: 'dbt:log',
  type: 'dev.clyra.dbt.invocation.started.v1',
  data: {
    voice: 'log',
    invocation: 'i',
    engine: 'dbt-core',
    version: null,
    command: 'build',
    arguments: toSeal(['dbt', '--vars', '{"password":"ü"}']),
    project: null,
    target: null,
    adapter: null,
    threads: 4,
  },
}

describe('seal', () => {
  it('puts the commitment of the specification in the place of each marked value', () => {
    const { event, openings } = seal(KEY, draft)
    const value = Buffer.from('["dbt","--vars","{\\"password\\":\\"ü\\"}"]')
    const salt = createHmac('sha256', KEY).update(`clyra.salt/1\n${ID}\n/data/arguments`).digest()
    const length = Buffer.alloc(8)
    length.writeBigUInt64BE(BigInt(value.length))
    const preimage = Buffer.concat([
      Buffer.from('clyra.seal/1\n'),
      Buffer.from([0, 36]),
      Buffer.from(ID),
      Buffer.from([0, 15]),
      Buffer.from('/data/arguments'),
      salt,
      length,
      value,
    ])
    const digest = createHash('sha256').update(preimage).digest('hex')
    expect(event.data.arguments).toEqual({ 'clyra:sealed': digest })
    expect(openings).toEqual([{ id: ID, pointer: '/data/arguments', value: ['dbt', '--vars', '{"password":"ü"}'] }])
    expect(JSON.stringify(event)).not.toContain('password')
    expect(prepare([event]).ids).toEqual([ID])
  })

  it('is the same for a retry and another for another key', () => {
    expect(seal(KEY, draft)).toEqual(seal(KEY, draft))
    expect(seal(new Uint8Array(32), draft).event).not.toEqual(seal(KEY, draft).event)
  })

  it('opens with its own value, salt and place only', () => {
    const { event, openings } = seal(KEY, draft)
    const { pointer, value } = openings[0]!
    const salt = saltFor(KEY, ID, pointer)
    expect(sealedValuesOf(event.data).map((place) => place.pointer)).toEqual([pointer])
    expect(openSealed(event, { pointer, salt, value })).toBe(true)
    expect(openSealed(event, { pointer, salt, value: 'other' })).toBe(false)
    expect(openSealed(event, { pointer, salt: new Uint8Array(32), value })).toBe(false)
    expect(openSealed(event, { pointer: '/data/command', salt, value })).toBe(false)
    expect(openSealed({ ...event, id: eventIdFor('a', 'b') }, { pointer, salt, value })).toBe(false)
  })
})

describe('the vault’s form of a sealed value', () => {
  it('decrypts to the value, and encrypting again changes nothing', () => {
    const opening = { id: ID, pointer: '/data/arguments', value: { a: [1, 'ü'] } }
    const encrypted = encryptValue(KEY, opening)
    expect(decryptValue(KEY, encrypted)).toEqual(opening.value)
    expect(encryptValue(KEY, opening)).toEqual(encrypted)
    expect(encryptValue(KEY, { ...opening, value: 'b' }).iv).not.toEqual(encrypted.iv)
  })

  it('refuses another key, another place and changed bytes', () => {
    const encrypted = encryptValue(KEY, { id: ID, pointer: '/data/a', value: 'x' })
    const flipped = Uint8Array.from(encrypted.ciphertext, (b, i) => (i === 0 ? b ^ 1 : b))
    for (const [key, value] of [
      [new Uint8Array(32), encrypted],
      [KEY, { ...encrypted, pointer: '/data/b' }],
      [KEY, { ...encrypted, ciphertext: flipped }],
      [KEY, { ...encrypted, tag: encrypted.tag.slice(0, 4) }],
    ] as const) {
      try {
        decryptValue(key, value)
        expect.unreachable()
      } catch (error) {
        expect(isClyraError(error, 'VAULT_FAILED')).toBe(true)
      }
    }
  })
})

describe('derived names', () => {
  it('follow the preimages of the specification', () => {
    const sha = (text: string | Buffer) => createHash('sha256').update(text).digest()
    const id = sha('clyra.id/1\ndbt:log\nrun-1/invocation')
    expect(ID.replaceAll('-', '').slice(0, 12)).toBe(id.toString('hex').slice(0, 12))
    expect(ID).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Buffer.from(streamStartValue(KEY, 'run-1'))).toEqual(
      sha(Buffer.concat([Buffer.from('clyra.stream/1\n'), KEY, Buffer.from('run-1')])),
    )
    expect(fingerprint(KEY, 'select 1')).toBe(createHmac('sha256', KEY).update('select 1').digest('hex'))
    expect(fingerprintKeyId(KEY)).toBe(
      sha(Buffer.concat([Buffer.from('clyra.fpid/1\n'), KEY]))
        .toString('hex')
        .slice(0, 16),
    )
    expect(() => eventIdFor('a\nb', 'c')).toThrow()
  })
})
