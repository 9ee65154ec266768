import { expect, test } from 'vitest'
import { isLaterVersion, versionOfParts } from './index.js'

const of = (parts: Record<string, number>) =>
  versionOfParts(Object.entries(parts).map(([name, version]) => ({ name, version })))

test('two changes that have one sum are two versions', () => {
  expect(of({ 'run-a': 2, 'run-b': 1 })).not.toBe(of({ 'run-a': 1, 'run-b': 2 }))
  expect(of({ 'run-a': 1, 'run-b': 1 })).toBe(of({ 'run-b': 1, 'run-a': 1 }))
})

test('a later version has everything of the other one, in that version or a later one', () => {
  const now = of({ 'run-a': 2, 'run-b': 1 })
  expect(isLaterVersion(of({ 'run-a': 3, 'run-b': 1 }), now)).toBe(true)
  expect(isLaterVersion(of({ 'run-a': 2, 'run-b': 1, 'run-c': 1 }), now)).toBe(true)
  expect(isLaterVersion(of({ 'run-a': 10, 'run-b': 1 }), of({ 'run-a': 9, 'run-b': 1 }))).toBe(true)
  expect(isLaterVersion(now, now)).toBe(false)
  expect(isLaterVersion(of({ 'run-a': 3 }), now)).toBe(false)
  expect(isLaterVersion(of({ 'run-a': 1, 'run-b': 2 }), now)).toBe(false)
})

test('a number is later than a smaller number, and a text and a number are not in one order', () => {
  expect([isLaterVersion(2, 1), isLaterVersion(1, 1), isLaterVersion(1, 2)]).toEqual([true, false, false])
  expect([isLaterVersion(9, of({ 'run-a': 1 })), isLaterVersion(of({ 'run-a': 9 }), 1)]).toEqual([false, false])
})
