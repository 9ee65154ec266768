import { type InMemorySource, ORIGIN } from '../evidence/in-memory-source.test.support.js'
import type { LogSource } from './index.js'

/** The log of a source as a directory of tiles gives it. */
export function logOf({ records: views, identity }: InMemorySource): LogSource {
  const records = views.map((view) => ({ ...view, position: Number(view.position) }))
  return {
    origin: ORIGIN,
    size: records.length,
    async *records(to = records.length) {
      yield* records.slice(0, to + 1)
    },
    projected: {
      identity,
      size: async () => BigInt(records.length),
      async *readBatches() {
        yield records
      },
    },
  }
}
