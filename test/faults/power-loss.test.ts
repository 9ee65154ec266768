import { spawnSync } from 'node:child_process'
import { afterAll, expect, test } from 'vitest'
import { SeededRandom } from '../../src/stores/conformance/seeded-random.js'
import { MUTATIONS, type Mutation, mutate } from './mutations.js'
import { checkImages } from './power-loss.js'
import { type FaultRow, fullBounds, reportFaults } from './report.js'
import { sampled } from './sampled.js'
import { creation, type PreparedWork, recordPrepared, recovery, reopening } from './works.js'

const missing = spawnSync('strace', ['-V']).error !== undefined
if (missing) process.stderr.write('not run: power loss, because strace is not installed\n')

test('strace is there where it has to be', () => {
  expect(missing && process.env['CI'] === 'true').toBe(false)
})

/** The same images in each run; another seed gives others. */
const SEED = Number(process.env['CLYRA_FAULTS_SEED'] ?? 20_261)
/** In full every image that `crashImages` gives for so many subsets a moment (1024: three times as long); else one of a moment. */
const BOUNDS = fullBounds ? { bound: Number(process.env['CLYRA_FAULTS_BOUND'] ?? 128) } : { bound: 32, perMoment: 1 }
process.stderr.write(`power loss: seed ${SEED}, ${JSON.stringify(BOUNDS)}\n`)

const RULE =
  'opens; acknowledged events there, batches whole or absent, no checkpoint contradicted, index right, fsck clean, appends go on'
const rows: FaultRow[] = []

async function survive(where: string, prepared: PreparedWork, mutations: readonly Mutation[]): Promise<void> {
  const { images, faults } = await checkImages(await recordPrepared(prepared), BOUNDS, new SeededRandom(SEED))
  expect(faults).toEqual([])
  expect(images).toBeGreaterThan(fullBounds ? 300 : 30)
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
const OF_RECOVERY = [flushBeforeWrite]

test.skipIf(missing)(
  'power may be lost at any moment while a ledger is created, written, sealed and closed',
  async () => {
    await survive('create, append, new segment, seal, heads, close', creation, OF_CREATION)
  },
  LONG,
)

test.skipIf(missing)(
  'power may be lost at any moment while a ledger is opened again and written',
  async () => {
    await survive('open, append, seal, close', await reopening(), OF_REOPENING)
  },
  LONG,
)

test.skipIf(missing)(
  'power may be lost again while a torn tail is set aside',
  async () => {
    await survive('recovery of a torn tail, append, seal, close', await recovery(), OF_RECOVERY)
  },
  LONG,
)

test
  .skipIf(missing)
  .each(
    sampled(
      [
        ...OF_CREATION.map((mutation) => ({ ...mutation, work: async () => creation })),
        ...OF_REOPENING.map((mutation) => ({ ...mutation, work: reopening })),
        ...OF_RECOVERY.map((mutation) => ({ ...mutation, name: `${mutation.name}, after a recovery`, work: recovery })),
      ],
      3,
    ),
  )('the same images find: $name', async (mutation) => {
  const { faults } = await mutate(mutation, async (stores) =>
    checkImages(
      await recordPrepared(await mutation.work(), stores),
      { bound: 32, perMoment: 6, enough: 1 },
      new SeededRandom(SEED),
    ),
  )
  expect(faults).not.toEqual([])
})

afterAll(() => {
  if (rows.length > 0) reportFaults('power-loss', rows)
})
