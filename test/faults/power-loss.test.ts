import { spawnSync } from 'node:child_process'
import { afterAll, expect, test } from 'vitest'
import { SeededRandom } from '../../src/stores/conformance/seeded-random.js'
import { filesOf } from './disk-images.js'
import type { Files } from './disk-model.js'
import { MUTATIONS, type Mutation, mutate } from './mutations.js'
import { checkImages, promisedAt, type Recording, record } from './power-loss.js'
import { type FaultRow, fullBounds, reportFaults } from './report.js'

const missing = spawnSync('strace', ['-V']).error !== undefined
if (missing) process.stderr.write('not run: power loss, because strace is not installed\n')

test('strace is there where it has to be', () => {
  expect(missing && process.env['CI'] === 'true').toBe(false)
})

/** The same images in each run; another seed gives others. */
const SEED = Number(process.env['CLYRA_FAULTS_SEED'] ?? 20_261)
/** In full every image that `crashImages` can give for 2^10 subsets a moment; else one of a moment. */
const BOUNDS = fullBounds ? { bound: 1024 } : { bound: 32, perMoment: 1 }
process.stderr.write(`power loss: seed ${SEED}, ${JSON.stringify(BOUNDS)}\n`)

const SEGMENT_BYTES = 20_000
const WORK = {
  segmentBytes: SEGMENT_BYTES,
  run: 'first',
  // Several streams, appends under way together, a batch over a tile's end, more than one segment.
  appends: [[3, 1], [20], [1, 2, 3], [250], [1, 1], [5]],
} as const
const MORE = { segmentBytes: SEGMENT_BYTES, run: 'second', appends: [[2, 2], [30], [1]] } as const

const nothing: Files = new Map()
const RULE =
  'opens; acknowledged events there, batches whole or absent, no checkpoint contradicted, index right, fsck clean, appends go on'
const rows: FaultRow[] = []

/** Creation and first work on an empty disk. */
const creation = (stores?: string) => record(nothing, WORK, stores)

/** Work on what a clean close left. */
async function reopening(stores?: string): Promise<Recording> {
  const first = await creation()
  const end = Number.POSITIVE_INFINITY
  return record(
    filesOf(
      first.model,
      () => true,
      () => 'whole',
    ),
    MORE,
    stores,
    promisedAt(first, end),
  )
}

/** Opening after a power loss: a tail that is torn in a new segment, and a seal that got as far as its signature. */
async function recovery(stores?: string): Promise<Recording> {
  const { model, ...first } = await reopening()
  const segment = model.changes.findLast((change) => change.kind === 'write' && change.file.madeAs.endsWith('.seg'))!
  // Just before the flush of the last append: of its frame only the first sector reached the disk.
  const at = segment.durableAt
  const files = filesOf(
    model,
    ({ begin }) => begin < at,
    (change) => (change === segment ? { sectors: (i) => i === 0 } : change.begin < at ? 'whole' : 'lost'),
  )
  return record(files, { ...MORE, run: 'third' }, stores, promisedAt({ model, ...first }, at))
}

async function survive(where: string, recording: Promise<Recording>, mutations: readonly Mutation[]): Promise<void> {
  const { images, faults } = await checkImages(await recording, BOUNDS, new SeededRandom(SEED))
  expect(faults).toEqual([])
  expect(images).toBeGreaterThan(fullBounds ? 500 : 30)
  const mutation = mutations.map(({ name }) => name).join('; ')
  rows.push({
    fault: 'power lost, un-flushed changes lost or torn',
    where,
    cases: images,
    survived: images,
    rule: RULE,
    mutation,
  })
}

const LONG = fullBounds ? 3_600_000 : 300_000
const { logFlush, flushBeforeWrite, segmentName, directories, fileFlush, tilesLast, publishedFirst } = MUTATIONS
const OF_CREATION = [logFlush, flushBeforeWrite, segmentName, directories, fileFlush, tilesLast]
const OF_REOPENING = [publishedFirst]

test.skipIf(missing)(
  'power may be lost at any moment while a ledger is created, written, sealed and closed',
  async () => {
    await survive('create, append, new segment, seal, heads, close', creation(), OF_CREATION)
  },
  LONG,
)

test.skipIf(missing)(
  'power may be lost at any moment while a ledger is opened again and written',
  async () => {
    await survive('open, append, seal, close', reopening(), OF_REOPENING)
  },
  LONG,
)

test.skipIf(missing)(
  'power may be lost again while a torn tail is set aside',
  async () => {
    await survive('recovery of a torn tail, append, seal, close', recovery(), [])
  },
  LONG,
)

test
  .skipIf(missing)
  .each([
    ...OF_CREATION.map((mutation) => ({ ...mutation, work: creation })),
    ...OF_REOPENING.map((mutation) => ({ ...mutation, work: reopening })),
  ])('the same images find: $name', async (mutation) => {
  const { faults } = await mutate(mutation, async (stores) =>
    checkImages(await mutation.work(stores), { bound: 32, perMoment: 6, enough: 1 }, new SeededRandom(SEED)),
  )
  expect(faults).not.toEqual([])
})

afterAll(() => {
  if (rows.length > 0) reportFaults('power-loss', rows)
})
