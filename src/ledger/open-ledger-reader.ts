import { createRegistry, type EventFamily } from '../events/index.js'
import { EventLedgerReader, type LedgerReaderHandle } from './event-ledger-reader.js'
import { discardForeignIndex, LedgerCore, type LedgerPorts, readGenesis } from './ledger-core.js'
import { PublishedTree } from './published-tree.js'

export interface ReaderOptions {
  /** Event families of your own, beside Clyra's. */
  readonly events?: readonly EventFamily[]
  /** Told of what is wrong but does not stop anything. Default: nowhere. */
  readonly onWarning?: (message: string) => void
}

/**
 * Opens the ledger that a store holds, for reading: in any number, beside one who writes, and without any private key.
 * The ports belong to the reader from then on. Rejects with LEDGER_NOT_FOUND, FORMAT_TOO_NEW, LOG_CORRUPT.
 */
export async function openLedgerReader(ports: LedgerPorts, options: ReaderOptions = {}): Promise<LedgerReaderHandle> {
  const core = await openCore(ports, options)
  await core.refresh()
  const tree = new PublishedTree(() => core.published(), { told: false })
  return new EventLedgerReader({ core, tree, release: () => releasePorts(ports, options.onWarning) })
}

/** What readers and the writer begin with: the genesis record, and an index that is this log's. */
export async function openCore(ports: LedgerPorts, { events = [], onWarning }: ReaderOptions): Promise<LedgerCore> {
  const core = new LedgerCore(ports, await readGenesis(ports.store), createRegistry(events))
  await discardForeignIndex(ports, onWarning ?? (() => undefined))
  return core
}

export async function releasePorts(
  { store, index, tiles }: LedgerPorts,
  onWarning: ReaderOptions['onWarning'],
): Promise<void> {
  try {
    await index.close()
  } catch (error) {
    onWarning?.(
      `the index could not be stored and will be caught up at the next opening: ${error instanceof Error ? error.message : String(error)}`,
    )
  } finally {
    await tiles.close().finally(() => store.close())
  }
}
