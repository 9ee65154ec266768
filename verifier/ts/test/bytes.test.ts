import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64, fromBase64, fromDecimal, fromHex, hex, isHexOf } from '../src/bytes.js'
import { crc32, plainCrc32 } from '../src/crc32.js'
import { isInstant, isRecordedAt } from '../src/grammar.js'
import { PLATFORM } from '../src/platform.js'
import { sha256 } from '../src/sha256.js'

describe('text forms of bytes', () => {
  it('round trip and agree with the platform', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
        expect(fromBase64(base64(bytes))).toEqual(bytes)
        expect(fromHex(hex(bytes), bytes.length)).toEqual(bytes)
      }),
    )
  })

  it('take no other text for the same bytes', () => {
    fc.assert(
      fc.property(fc.base64String(), (text) => {
        const bytes = fromBase64(text)
        if (bytes !== undefined) expect(base64(bytes)).toBe(text)
      }),
    )
    for (const text of [
      'AB==',
      'AAB=',
      'A',
      'AA',
      'AAA',
      'AA=A',
      '====',
      'AA==\n',
      ' AA==',
      'A-A=',
      'AA=='.repeat(2),
    ]) {
      expect(fromBase64(text), text).toBeUndefined()
    }
    expect(fromHex('AB', 1)).toBeUndefined()
    expect(fromHex('abc', 1)).toBeUndefined()
  })

  it('reads positions in one form only', () => {
    expect(fromDecimal('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER)
    for (const text of ['', '00', '01', '+1', '-1', '1.0', '1e3', ' 1', '9007199254740992', '١']) {
      expect(fromDecimal(text), text).toBeUndefined()
    }
  })
})

describe('crc32', () => {
  it('has the check value of the standard', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
    expect(crc32(new Uint8Array(0))).toBe(0)
  })
})

describe('instants', () => {
  it('are days that exist, in Zulu time', () => {
    for (const text of ['2024-02-29T23:59:59Z', '2000-02-29T00:00:00.123456789Z'])
      expect(isInstant(text), text).toBe(true)
    for (const text of [
      '2023-02-29T00:00:00Z',
      '1900-02-29T00:00:00Z',
      '2025-13-01T00:00:00Z',
      '2025-00-01T00:00:00Z',
      '2025-04-31T00:00:00Z',
      '2025-01-01T24:00:00Z',
      '2016-12-31T23:59:60Z',
      '2025-01-01T00:00:00+00:00',
      '2025-01-01t00:00:00z',
      '2025-01-01T00:00:00.Z',
      '2025-01-01T00:00:00.1234567890Z',
      '2025-01-01T00:00:00Z\n',
    ]) {
      expect(isInstant(text), text).toBe(false)
    }
    expect(isRecordedAt('2025-01-01T00:00:00.000Z')).toBe(true)
    expect(isRecordedAt('2025-01-01T00:00:00.00Z')).toBe(false)
  })
})

describe('what the platform computes', () => {
  it('is what this package computes without it', () => {
    // Node has the first in every version that is supported.
    expect(PLATFORM.sha256).toBeDefined()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        expect(sha256(a, b)).toEqual(nobleSha256(Uint8Array.of(...a, ...b)))
        expect(sha256(a)).toEqual(nobleSha256(a))
        expect(crc32(a)).toBe(plainCrc32(a))
      }),
    )
  })
})

describe('hexadecimal that is compared', () => {
  it('is that of the bytes and no other', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.nat(),
        fc.constantFrom(...'0123456789abcdefABF'),
        (bytes, at, digit) => {
          const text = hex(bytes)
          expect(isHexOf(text, bytes)).toBe(true)
          const place = text.length === 0 ? 0 : at % text.length
          const changed = text.slice(0, place) + digit + text.slice(place + 1)
          expect(isHexOf(changed, bytes)).toBe(changed === text)
          expect(isHexOf(`${text}0`, bytes)).toBe(false)
        },
      ),
    )
  })
})
