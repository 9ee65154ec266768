import { expect, test } from 'vitest'
import { createRegistry } from '../events/index.js'
import { createMemoryLedger, memoryPlace, memoryPorts } from '../stores/memory/index.js'
import { LedgerCore, readGenesis } from './ledger-core.js'

test('an old heads map whose reading failed once is read again the next time', async () => {
  const place = memoryPlace()
  const ledger = await createMemoryLedger({ place })
  await ledger.append('thing-1', 'any', [{ type: 'com.example.thing.v1', source: '/t', data: {} }])
  const ports = memoryPorts(place)
  const core = new LedgerCore(ports, await readGenesis(ports.store), createRegistry())
  const { read } = ports.store
  ports.store.read = async () => {
    throw new Error('injected')
  }
  await expect(core.headsAt(3)).rejects.toThrow('injected')
  ports.store.read = read
  const { heads } = await core.headsAt(3)
  expect(heads.get('thing-1')?.revision).toBe(0)
  expect(core.headsAt(3)).toBe(core.headsAt(3))
  await ledger.close()
})
