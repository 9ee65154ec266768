import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { sideBySide } from './side-by-side.js'

test('two texts stand beside each other, each wrapped in its own column', () => {
  expect(sideBySide([['one two three four', 'five']], 23).split('\n')).toEqual(['one two    five', 'three', 'four'])
})

test('no line is wider than asked for, and no letter is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.string())), fc.integer({ min: 10, max: 120 }), (rows, width) => {
      const text = sideBySide(rows, width)
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width)
      const letters = (of: string) => [...of.replace(/[^a-z]/gi, '')].sort().join('')
      expect(letters(text)).toBe(letters(rows.flat().join('')))
    }),
  )
})
