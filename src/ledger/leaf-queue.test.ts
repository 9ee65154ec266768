import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LeafQueue } from './leaf-queue.js'

const leaf = (n: number) => new Uint8Array(32).fill(n % 256).fill(Math.floor(n / 256), 0, 4)
const hex = (leaves: readonly Uint8Array[]) => leaves.map((one) => Buffer.from(one).toString('hex')).join(' ')

test('gives what was pushed, in order, without what was dropped, however long it has been used', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(700), fc.nat(900)), { maxLength: 12 }), (turns) => {
      const queue = new LeafQueue()
      let expected: Uint8Array[] = []
      let n = 0
      for (const [pushed, dropped] of turns) {
        for (let i = 0; i < pushed; i++) {
          queue.push(leaf(n))
          expected.push(leaf(n++))
        }
        queue.drop(dropped)
        expected = expected.slice(dropped)
        expect(queue.length).toBe(expected.length)
        expect(hex(queue.first(dropped))).toBe(hex(expected.slice(0, dropped)))
      }
      expect(hex(queue.first(queue.length))).toBe(hex(expected))
    }),
  )
})
