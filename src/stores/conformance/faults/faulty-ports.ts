import { ClyraError } from '../../../errors/index.js'
import type { LedgerPorts } from '../../../ledger/index.js'
import type { CheckpointStore, KeyRing, LedgerIndex, LogRecord, LogStore, TileStore } from '../../../ports/index.js'
import type { FaultPlan } from './fault-plan.js'

/** What a torn append leaves: called with the records and the head of an append that fails half-way. */
export type TearAppend = (records: readonly LogRecord[], expectedHead: number) => Promise<void>

/**
 * All ports of a ledger, each call counted by `plan`, which makes one of them fail. Beyond the fault nothing is
 * changed. `close` never fails: it stands for the operating system, which releases everything when a process ends.
 */
export function faultyPorts(below: LedgerPorts, plan: FaultPlan, tear?: TearAppend): LedgerPorts {
  return {
    store: faultyStore(below.store, plan, tear),
    index: faultyIndex(below.index, plan),
    tiles: faultyTiles(below.tiles, plan),
    checkpoints: faultyCheckpoints(below.checkpoints, plan),
    keys: faultyKeys(below.keys, plan),
  }
}

/** After a failed append it takes no more of them where the store below says that it is to be opened again. */
function faultyStore(below: LogStore, plan: FaultPlan, tear?: TearAppend): LogStore {
  let failed = false
  return {
    capabilities: below.capabilities,
    append: async (records, expectedHead) => {
      if (failed) throw new ClyraError('STORE_FAILED', 'the log takes no append until it is opened again')
      const before = plan.failed
      try {
        await plan.write('store.append', () => below.append(records, expectedHead), {
          partly: tear === undefined ? undefined : () => tear(records, expectedHead),
          code: 'STORE_FAILED',
        })
      } catch (error) {
        failed = below.capabilities.afterFailure === 'reopen' && before === undefined && plan.failed !== undefined
        throw error
      }
    },
    head: () => plan.read('store.head', () => below.head()),
    read: (range) => plan.read('store.read', () => below.read(range)),
    moved: (size, signal) => below.moved(size, signal),
    close: () => below.close(),
  }
}

function faultyIndex(below: LedgerIndex, plan: FaultPlan): LedgerIndex {
  return {
    through: () => plan.look('index.through', () => below.through()),
    last: () => plan.look('index.last', () => below.last()),
    positionsOf: (ids) => plan.look('index.positionsOf', () => below.positionsOf(ids)),
    head: (stream) => plan.look('index.head', () => below.head(stream)),
    positionsIn: (stream, from, limit) => plan.look('index.positionsIn', () => below.positionsIn(stream, from, limit)),
    streams: (after, limit) => plan.look('index.streams', () => below.streams(after, limit)),
    apply: (records) =>
      plan.write('index.apply', () => below.apply(records), {
        // What is applied is the state after some number of records, also after a failure.
        partly: records.length < 2 ? undefined : () => below.apply(records.slice(0, records.length >> 1)),
      }),
    flush: () => plan.write('index.flush', () => below.flush()),
    reset: () => plan.write('index.reset', () => below.reset()),
    headsRoot: () => plan.look('index.headsRoot', () => below.headsRoot()),
    headsMap: () => plan.look('index.headsMap', () => below.headsMap()),
    close: () => below.close(),
  }
}

function faultyTiles(below: TileStore, plan: FaultPlan): TileStore {
  const half = <T>(all: readonly T[], use: (some: readonly T[]) => Promise<void>) =>
    all.length < 2 ? undefined : () => use(all.slice(0, all.length >> 1))
  return {
    read: (path) => plan.read('tiles.read', () => below.read(path)),
    write: (files) =>
      plan.write('tiles.write', () => below.write(files), { partly: half(files, (some) => below.write(some)) }),
    publish: (checkpoint) => plan.write('tiles.publish', () => below.publish(checkpoint)),
    prune: (paths) =>
      plan.write('tiles.prune', () => below.prune(paths), { partly: half(paths, (some) => below.prune(some)) }),
    list: () => below.list(),
    close: () => below.close(),
  }
}

function faultyCheckpoints(below: CheckpointStore, plan: FaultPlan): CheckpointStore {
  return {
    latest: () => plan.read('checkpoints.latest', () => below.latest()),
    compareAndSet: (expected, next) =>
      plan.write('checkpoints.compareAndSet', () => below.compareAndSet(expected, next)),
    keep: (size, note) => plan.write('checkpoints.keep', () => below.keep(size, note)),
    kept: (size) => plan.read('checkpoints.kept', () => below.kept(size)),
    keptSizes: () => plan.read('checkpoints.keptSizes', () => below.keptSizes()),
  }
}

function faultyKeys(below: KeyRing, plan: FaultPlan): KeyRing {
  return {
    signer: (keyId) => plan.read('keys.signer', () => below.signer(keyId)),
    generate: (purpose, algorithm) => plan.write('keys.generate', () => below.generate(purpose, algorithm)),
  }
}
