import { describe, expect, it } from 'vitest'
import { hex, utf8 } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import type { StoredEvent } from '../events/index.js'
import { leafHash } from '../merkle/index.js'
import { HashedRecord, VerifiedRecord } from './verified-record.js'

const bytes = utf8('{"a":1}')
const prefixed = Uint8Array.of(0, ...bytes)
const leaf = leafHash(bytes)
const wrong = leafHash(utf8('{"a":2}'))
// Nothing here looks into the event.
const event = {} as StoredEvent

describe('a record that was hashed', () => {
  it('is made where the leaf is the hash of the bytes, and nowhere else', () => {
    expect(HashedRecord.of(7, leaf, bytes)).toMatchObject({ position: 7, leaf, bytes })
    expect(HashedRecord.of(7, wrong, bytes)).toBeUndefined()
    expect(HashedRecord.inPlace(7, leaf, prefixed)).toMatchObject({ position: 7, leaf, bytes })
    expect(HashedRecord.inPlace(7, wrong, prefixed)).toBeUndefined()
    expect(HashedRecord.from(7, bytes).leaf).toEqual(leaf)
  })

  it('is not made of bytes behind another byte than the prefix, whatever leaf is claimed', () => {
    expect(HashedRecord.inPlace(7, leaf, Uint8Array.of(1, ...bytes))).toBeUndefined()
    expect(HashedRecord.inPlace(7, leafHash(new Uint8Array(0)), new Uint8Array(0))).toBeUndefined()
  })

  it('hands what was shown to the record that is parsed from it', () => {
    const record = VerifiedRecord.of(HashedRecord.from(7, bytes), event)
    expect(VerifiedRecord.leafHexOf(record)).toBe(hex(leaf))
    expect({ ...record }).toEqual({ position: 7, leaf, bytes, event })
  })
})

describe('a record of another making', () => {
  it('is hashed before anything rests on its leaf', () => {
    expect(HashedRecord.leafHexOf({ position: 7, leaf, bytes })).toBeUndefined()
    expect(VerifiedRecord.leafHexOf({ position: 7, leaf, bytes, event })).toBe(hex(leaf))
    expect(VerifiedRecord.leafHexOf({ position: 7, leaf: wrong, bytes, event })).toBeUndefined()
    // A copy of a record that was hashed is another record: its members may be others.
    expect(VerifiedRecord.leafHexOf({ ...VerifiedRecord.of(HashedRecord.from(7, bytes), event), leaf: wrong })).toBe(
      undefined,
    )
  })

  it('never becomes a verified one with a leaf that is not its own', () => {
    expect(VerifiedRecord.of({ position: 7, leaf, bytes }, event).leaf).toEqual(leaf)
    const lying = () => VerifiedRecord.of({ position: 7, leaf: wrong, bytes }, event)
    expect(lying).toThrow(ClyraError)
    expect(lying).toThrow(/position 7/)
  })
})
