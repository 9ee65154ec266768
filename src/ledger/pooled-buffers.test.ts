import { expect, test } from 'vitest'
import { collect } from '../stores/conformance/collect.js'
import { createMemoryLedger } from '../stores/memory/index.js'

test('appends that are under way together, of all sizes, and refused ones between them, keep their own data', async () => {
  const ledger = await createMemoryLedger({ sealDelayMs: 1_000_000 })
  const text = (n: number) => String(n).padStart(1 + ((n * 7919) % 3000), 'x')
  const events = (n: number) =>
    Array.from({ length: 1 + (n % 5) }, (_, i) => ({
      type: 'com.example.thing.v1',
      source: '/t',
      data: { n, i, text: text(n) },
    }))
  for (let round = 0; round < 20; round++) {
    const appends = Array.from({ length: 9 }, (_, lane) => {
      const n = 9 * round + lane
      // Every third one expects a revision that the stream does not have.
      return ledger.append(`lane-${lane}`, n % 3 === 2 ? 1_000_000n : 'any', events(n)).then(
        () => 'appended',
        () => 'refused',
      )
    })
    expect(new Set(await Promise.all(appends))).toEqual(new Set(['appended', 'refused']))
  }
  const found = (await collect(ledger.readAll())).filter(({ type }) => type === 'com.example.thing.v1')
  const numbers = new Map<number, number>()
  for (const { event, stream } of found) {
    const { n, i, text: there } = event.data as { n: number; i: number; text: string }
    expect({ stream, i, there }).toEqual({ stream: `lane-${n % 9}`, i: numbers.get(n) ?? 0, there: text(n) })
    numbers.set(n, i + 1)
  }
  const expected = Array.from({ length: 180 }, (_, n) => n).filter((n) => n % 3 !== 2)
  expect([...numbers].sort(([a], [b]) => a - b)).toEqual(expected.map((n) => [n, 1 + (n % 5)]))
  await ledger.close()
})
