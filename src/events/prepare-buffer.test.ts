import fc from 'fast-check'
import { expect, it } from 'vitest'
import { prepare } from './index.js'

const ID = '01890a5d-ac96-774b-bcce-b302099a8057'
const event = (text: string) => ({
  id: ID,
  time: '2026-01-02T03:04:05.678Z',
  source: '/test',
  type: 'com.example.order.placed.v1',
  data: { text },
})

it('writes the same bytes into memory that was used before, whatever is in it and however large it is', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 8 }),
      fc.nat(4000),
      fc.nat(255),
      (texts, size, rest) => {
        const events = texts.map(event)
        const buffer = new Uint8Array(size).fill(rest)
        const there = prepare(events, { buffer })
        const fresh = prepare(events)
        expect(there).toEqual(fresh)
        // It is used where it is large enough.
        if (size > 3000 && there.bytes.length < 1000) expect(there.bytes.buffer).toBe(buffer.buffer)
      },
    ),
  )
})
