import { filesOf } from './disk-images.js'
import type { Files } from './disk-model.js'
import { promisedAt, type Recording, record } from './power-loss.js'
import type { Work } from './workload.js'

const SEGMENT_BYTES = 20_000

/** A piece of work on what lies there before it, with what was promised of that. */
export interface PreparedWork {
  readonly before: Files
  readonly work: Omit<Work, 'directory'>
  readonly acknowledged: readonly (readonly [number, string])[]
  readonly published: readonly string[]
}

/** Creation and first work on an empty disk: several streams, appends under way together, a batch over a tile's end, more than one segment. */
export const creation: PreparedWork = {
  before: new Map(),
  work: { segmentBytes: SEGMENT_BYTES, run: 'first', appends: [[3, 1], [20], [1, 2, 3], [250], [1, 1], [5]] },
  acknowledged: [],
  published: [],
}

/** So many records before a seal that a thread writes their tiles. */
export const bulk: PreparedWork = {
  before: new Map(),
  work: { segmentBytes: 50 * SEGMENT_BYTES, run: 'first', appends: [[2_200]] },
  acknowledged: [],
  published: [],
}

const MORE = { segmentBytes: SEGMENT_BYTES, appends: [[2, 2], [30], [1]] }

/** Work on what a clean close left. */
export async function reopening(): Promise<PreparedWork> {
  const first = await recordPrepared(creation)
  return {
    before: filesOf(
      first.model,
      () => true,
      () => 'whole',
    ),
    work: { ...MORE, run: 'second' },
    ...promisedAt(first, Number.POSITIVE_INFINITY),
  }
}

/** Opening after a power loss that tore the last append: of its frame only the first sector reached the disk. */
export async function recovery(): Promise<PreparedWork> {
  const second = await recordPrepared(await reopening())
  const last = second.model.changes.findLast(
    (change) => change.kind === 'write' && change.file.madeAs.endsWith('.seg'),
  )!
  // Just before the flush that covers it had ended.
  const at = last.durableAt
  const before = filesOf(
    second.model,
    ({ begin }) => begin < at,
    (change) => (change === last ? { sectors: (i) => i === 0 } : change.begin < at ? 'whole' : 'lost'),
  )
  return { before, work: { ...MORE, run: 'third' }, ...promisedAt(second, at) }
}

/** `stores`: the compiled module to run, the product's own by default. */
export function recordPrepared({ before, work, ...promised }: PreparedWork, stores?: string): Promise<Recording> {
  return record(before, work, stores, promised)
}
