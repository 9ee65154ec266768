import { describe, it } from 'vitest'
import type { LogStore } from '../../ledger/log-store.js'
import { createMemoryLog, openMemoryLogStore } from '../memory/index.js'
import { describeLogStore, type LogStoreFactory } from './index.js'

/** Handles share the log, as processes share a database. */
export const memoryLogStores: LogStoreFactory = {
  async create() {
    const log = createMemoryLog()
    const opened: LogStore[] = []
    const open = async () => {
      const store = openMemoryLogStore(log)
      opened.push(store)
      return store
    }
    return {
      open,
      openReader: open,
      damage: async (position) => {
        log.records[position]!.bytes[3]! ^= 1
      },
      openFailing: { cannot: 'memory has no flush that could fail' },
      dispose: async () => {
        for (const store of opened) await store.close()
      },
    }
  },
}

describeLogStore('memory', memoryLogStores, { describe, it })
