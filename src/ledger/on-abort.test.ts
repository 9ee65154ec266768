import { getMaxListeners, setMaxListeners } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { onAbort } from './on-abort.js'

function warningsOf(): Error[] {
  const warnings: Error[] = []
  const take = (warning: Error) => warnings.push(warning)
  process.on('warning', take)
  onTestFinished(() => void process.off('warning', take))
  return warnings
}

test('any number may listen to one signal without a warning, and is called once', async () => {
  const warnings = warningsOf()
  const controller = new AbortController()
  setMaxListeners(10, controller.signal)
  let called = 0
  const stops = Array.from({ length: 50 }, () => onAbort(controller.signal, () => called++))
  stops[0]?.()
  stops[0]?.()
  controller.abort()
  await nextTurn()
  expect(called).toBe(49)
  expect(warnings).toEqual([])
})

test("the signal's own limit is as before once nobody listens, so that leaks of others are still told", async () => {
  const warnings = warningsOf()
  const { signal } = new AbortController()
  // Node 20 counts ten, Node 24 does not count unless it is told to.
  const before = 5
  setMaxListeners(before, signal)
  for (const stop of Array.from({ length: 30 }, () => onAbort(signal, () => {}))) stop()
  expect(getMaxListeners(signal)).toBe(before)
  for (let i = 0; i <= before; i++) signal.addEventListener('abort', () => i)
  await nextTurn()
  expect(warnings.map(({ name }) => name)).toEqual(['MaxListenersExceededWarning'])
})

test('without a signal nothing is called', () => {
  expect(() => onAbort(undefined, () => {})()).not.toThrow()
})
