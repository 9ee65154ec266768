import { join } from 'node:path'
import { exportTiles } from '../../src/ledger/index.js'
import { createEmbeddedLedger, FileTileStore } from '../../src/stores/index.js'

/** A closed ledger with its exported tiles. */
export interface SampleLedger {
  /** The state directory. */
  readonly state: string
  /** The whole tlog-tiles tree, entry bundles included. */
  readonly tiles: string
  readonly vkey: string
  readonly size: number
  /** Checkpoints of smaller sizes, as somebody would have kept them, ascending. */
  readonly older: readonly { readonly size: number; readonly note: Buffer }[]
}

const BATCH = 1000

/** Makes a ledger of at least `records` small events in `streams` streams under `root`, and exports it. */
export async function makeSampleLedger(root: string, records: number, streams: number): Promise<SampleLedger> {
  const state = join(root, '.clyra')
  const tiles = join(root, 'tiles')
  const older: { size: number; note: Buffer }[] = []
  const ledger = await createEmbeddedLedger({ directory: state })
  const keep = async () => {
    const { size, note } = await ledger.checkpoint()
    older.push({ size: Number(size), note: Buffer.from(note) })
  }
  for (let first = 0; first < records; first += BATCH) {
    if (first % (20 * BATCH) === 0) {
      await ledger.sealed((await ledger.size()) - 1n)
      await keep()
    }
    const events = Array.from({ length: Math.min(BATCH, records - first) }, (_, i) => ({
      type: 'org.example.step.v1',
      source: '/sample',
      data: { n: first + i },
    }))
    await ledger.append(`run-${(first / BATCH) % streams}`, 'any', events)
  }
  await ledger.heads()
  const tree = new FileTileStore(tiles)
  const { size } = await exportTiles(ledger, tree)
  await tree.tidy()
  const { vkey } = ledger
  await ledger.close()
  return { state, tiles, vkey, size: Number(size), older }
}
