import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { SeededRandom } from '../../src/stores/conformance/seeded-random.js'
import { Checker } from './checker.js'
import { type CrashImage, crashImages } from './crash-images.js'
import { filesOf } from './disk-images.js'
import { DiskModel, type Files } from './disk-model.js'
import { parseTrace } from './trace.js'
import { acknowledgedBy, traceWork, type Work } from './workload.js'

/** One traced piece of work: what it did to the disk, and what it promised. */
export interface Recording {
  readonly model: DiskModel
  readonly segmentBytes: number
  /** Acknowledged, and published, before the trace began. */
  readonly acknowledged: readonly (readonly [number, string])[]
  readonly published: readonly string[]
}

/** What became of the images of one recording. */
interface Losses {
  readonly images: number
  /** The first images after which something did not hold, with what. */
  readonly faults: readonly string[]
}

/** Where images are written: in memory, where there is such a place, since each is deleted again at once. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A folder for one piece of work, with `files` in it as the state directory; `use` gets its path. */
export async function inScratch<T>(files: Files, use: (directory: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(SCRATCH, 'clyra-fault-'))
  try {
    const directory = join(root, '.clyra')
    await writeFiles(directory, files)
    return await use(directory)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

async function writeFiles(directory: string, files: Files): Promise<void> {
  const made = new Set<string>()
  const make = async (path: string) => {
    if (!made.has(path)) await mkdir(path, { recursive: true })
    made.add(path)
  }
  if (files.size > 0) await make(directory)
  for (const [path, bytes] of files) {
    const place = join(directory, path)
    if (bytes === undefined) await make(place)
    else {
      await make(dirname(place))
      await writeFile(place, bytes, { mode: path.startsWith('keys/') ? 0o600 : 0o644 })
    }
  }
}

/** Runs `work` on a ledger of `before` and records it. */
export async function record(
  before: Files,
  work: Omit<Work, 'directory'>,
  stores: string | undefined,
  promised: Pick<Recording, 'acknowledged' | 'published'> = { acknowledged: [], published: [] },
): Promise<Recording> {
  return inScratch(before, async (directory) => {
    const { lines, trace, exitCode, endedBy, stderr } = await traceWork({ directory, ...work }, { stores })
    const refused = lines.find((line) => line.startsWith('refused'))
    if (exitCode !== 0 || endedBy !== null || refused !== undefined || lines.at(-1) !== 'done')
      throw new Error(`the work to record did not go well: ${refused ?? stderr}`)
    const model = new DiskModel(directory, before, parseTrace(trace))
    const wrong = await differences(directory, model)
    if (wrong.length > 0) throw new Error(`the model is not what is on the disk: ${wrong.join(', ')}`)
    return { model, segmentBytes: work.segmentBytes, ...promised }
  })
}

/** Files that the model has otherwise than the disk they were recorded on. LMDB maps its lock file: that one is left out. */
async function differences(directory: string, model: DiskModel): Promise<string[]> {
  const files = filesOf(
    model,
    () => true,
    () => 'whole',
  )
  const wrong: string[] = []
  for (const [path, bytes] of files) {
    if (bytes === undefined || path === 'index/lmdb/lock.mdb') continue
    const there = await readFile(join(directory, path)).catch(() => undefined)
    if (there === undefined || !there.equals(bytes)) wrong.push(path)
  }
  return wrong
}

/** What was promised at a moment of a recording. */
export function promisedAt({ model, acknowledged, published }: Recording, at: number) {
  const lines = model.said.filter((said) => said.at < at).map(({ line }) => line)
  const notes = model.published.filter((one) => one.at < at).map(({ note }) => note)
  return { acknowledged: [...acknowledged, ...acknowledgedBy(lines)], published: [...published, ...notes] }
}

/** How much is checked: see `crashImages`. */
export interface Bounds {
  readonly bound: number
  readonly perMoment?: number
  /** Stop after so many that did not survive. Default 3. */
  readonly enough?: number
}

/** Checks the images of a recording, two at a time. */
export async function checkImages(recording: Recording, bounds: Bounds, random: SeededRandom): Promise<Losses> {
  const images = crashImages(recording.model, bounds, random)
  const faults: string[] = []
  let count = 0
  const lane = async () => {
    // A new boot: LMDB then trusts only what it had flushed.
    const checker = new Checker({ LMDB_RESTORE: 'safe' })
    try {
      for (const image of images) {
        if (++count % 500 === 0) process.stderr.write(`${count} images\n`)
        const found = await checkImage(checker, recording, image)
        if (found.length > 0) faults.push(`at ${image.at}, ${image.lost}\n    ${found.join('\n    ')}`)
        if (faults.length >= (bounds.enough ?? 3)) return
      }
    } finally {
      await checker.close()
    }
  }
  await Promise.all([lane(), lane()])
  return { images: count, faults }
}

async function checkImage(
  checker: Checker,
  recording: Recording,
  { at, files }: CrashImage,
): Promise<readonly string[]> {
  return inScratch(files, async (directory) => {
    const promised = promisedAt(recording, at)
    const { faults } = await checker.check({ directory, segmentBytes: recording.segmentBytes, ...promised })
    return faults
  })
}
