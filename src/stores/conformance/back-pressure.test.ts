import { expect, it } from 'vitest'
import type { LogStore } from '../../ports/index.js'
import { memoryLedgers } from './memory.test.support.js'
import { sampleEvents } from './sample-events.js'

it('a subscription reads at most a batch ahead of its consumer, however much there is', async () => {
  let read = 0
  const counting = (below: LogStore): LogStore => ({
    capabilities: below.capabilities,
    append: (records, expectedHead) => below.append(records, expectedHead),
    head: () => below.head(),
    read: async (range) => {
      const records = await below.read(range)
      read += records.length
      return records
    },
    moved: (size, signal) => below.moved(size, signal),
    close: () => below.close(),
  })
  const fixture = await memoryLedgers(counting).create()
  const ledger = await fixture.createLedger()
  await ledger.append('sample-1', 'any', sampleEvents(0, 5000))
  read = 0
  const messages = ledger.subscribe()[Symbol.asyncIterator]()
  let records = 0
  while (records < 1000) if ((await messages.next()).value?.kind === 'record') records++
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(read).toBeLessThanOrEqual(1000 + 256)
  await messages.return?.()
  await ledger.close()
})
