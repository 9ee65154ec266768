import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createMemoryLedger } from '../stores/memory/index.js'

test('a scheduled seal that finds nothing left to seal does not stop later ones', async () => {
  const ledger = await createMemoryLedger({ sealDelayMs: 5 })
  const append = () => ledger.append('note-a', 'any', [{ type: 'com.example.noted.v1', source: '/test', data: {} }])
  await ledger.sealed((await append()).position)
  await sleep(30)
  const { position } = await append()
  expect((await ledger.sealed(position)).size).toBeGreaterThan(position)
  await ledger.close()
}, 30_000)
