import { ClyraError } from '../errors/index.js'
import { RecordReader } from '../events/index.js'
import { HeadsMap } from '../merkle/index.js'
import type { LogStore } from '../ports/index.js'

/** A heads map made from the log. */
export interface FoldedHeads {
  readonly map: HeadsMap
  readonly heads: ReadonlyMap<string, { readonly revision: number; readonly leaf: Uint8Array }>
}

/** The map of the first `size` records: reads all of them. */
export async function foldHeads(store: LogStore, size: number): Promise<FoldedHeads> {
  const heads = new Map<string, { revision: number; leaf: Uint8Array }>()
  const reader = new RecordReader()
  for (let at = 0; at < size; ) {
    const records = await store.read({ from: at, limit: Math.min(1024, size - at) })
    if (records.length === 0)
      throw new ClyraError('LOG_CORRUPT', `the log has no record at position ${at}`, { details: { position: at } })
    for (const { leaf, bytes } of records) {
      const event = reader.read(bytes)
      heads.set(event.stream, { revision: Number(event.revision), leaf })
    }
    at += records.length
  }
  const map = new HeadsMap()
  map.update([...heads].map(([stream, head]) => ({ stream, ...head })))
  return { map, heads }
}
