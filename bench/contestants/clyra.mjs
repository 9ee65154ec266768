import { prepare } from '../../dist/src/events/index.js'
import { CompactRange } from '../../dist/src/merkle/index.js'
import { ChainCheck } from '../../dist/src/projector/index.js'
import { createEmbeddedLedger, openEmbeddedLedger } from '../../dist/src/stores/embedded/index.js'

/** A Clyra ledger: events validated, canonical, idempotent by id, chained by stream, durable; then sealed. */
export const clyra = {
  name: 'Clyra',

  async create(directory) {
    const ledger = await createEmbeddedLedger({ directory })
    await ledger.close()
  },

  open: (directory) => openEmbeddedLedger({ directory }),

  /** What stands ready before the clock runs: the events themselves, or their canonical bytes. */
  ready: (batch, input) => ({ ...batch, events: input === 'bytes' ? prepare(batch.events) : batch.events }),

  async append(ledger, { stream, expected, events }) {
    const { position } = await ledger.append(stream, expected, events)
    return position
  },

  /** Checkpoint signed and published, tiles written; then everything released, which stores the index. */
  async settle(ledger, position) {
    await ledger.sealed(position)
    await ledger.close()
  },

  close: (ledger) => ledger.close(),

  /** Reads every record back: chain of every stream, root of the tree, and how many the benchmark appended. */
  async check(directory, expected) {
    const ledger = await openEmbeddedLedger({ directory, readOnly: true })
    const checkpoint = await ledger.checkpoint()
    const chain = new ChainCheck(ledger.identity, 0)
    const tree = new CompactRange()
    let appended = 0
    let bytes = 0
    for await (const view of ledger.readAll()) {
      chain.check({ ...view, position: Number(view.position) })
      tree.append(view.leaf)
      bytes += view.bytes.length
      if (view.stream.startsWith('run-')) appended++
    }
    const size = await ledger.size()
    if (appended !== expected) throw new Error(`Clyra holds ${appended} of ${expected} events`)
    if (checkpoint.size !== size) throw new Error(`the checkpoint covers ${checkpoint.size} of ${size} records`)
    if (!Buffer.from(tree.root()).equals(checkpoint.root))
      throw new Error('the root of the records is not the checkpoint’s')
    await ledger.close()
    return { records: Number(size), bytesPerRecord: Math.round(bytes / Number(size)) }
  },
}
