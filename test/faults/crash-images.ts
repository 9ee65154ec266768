import type { SeededRandom } from '../../src/stores/conformance/seeded-random.js'
import { digestOf, filesOf, type Kept, sectorsOf } from './disk-images.js'
import type { Change, DiskModel, Files } from './disk-model.js'

/** What a disk may hold after the power was lost at a moment. */
export interface CrashImage {
  /** The moment, in lines of the trace: whatever the process said before it must be true of the image. */
  readonly at: number
  readonly files: Files
  /** What was lost, for a message. */
  readonly lost: string
}

type Choice = ReadonlyMap<Change, Kept>

/**
 * Images for every moment just before a flush had ended, and for the end of the trace: there the most was said and
 * the most was in doubt, so that every other moment gives a part of the same images with fewer promises to keep.
 *
 * At each moment: all subsets of the un-flushed changes, if there are at most `bound` of them, else all beginnings,
 * each change alone lost, each alone kept, and random ones up to `bound`; and each un-flushed write torn at sectors,
 * or only its length kept, with what came after it kept or lost. What is derived or a hint (the index, the durable
 * mark) is drawn by `random` for each of those. Equal images are given once. Of all this at most `perMoment` for each
 * moment, drawn by `random`.
 */
export function* crashImages(
  model: DiskModel,
  { bound, perMoment = Number.POSITIVE_INFINITY }: { readonly bound: number; readonly perMoment?: number },
  random: SeededRandom,
): Generator<CrashImage> {
  const seen = new Set<string>()
  for (const at of [...new Set(model.flushes), Number.POSITIVE_INFINITY]) {
    const pending = model.changes.filter(({ begin, durableAt }) => begin < at && durableAt >= at)
    const core = pending.filter((change) => !isDerived(change))
    const derived = pending.filter(isDerived)
    for (const choice of some([...choices(core, bound, random)], perMoment, random)) {
      const all: Choice = new Map([...choice, ...someOf(derived, random)])
      const kept = (change: Change): Kept =>
        change.begin >= at ? 'lost' : change.durableAt < at ? 'whole' : (all.get(change) ?? 'lost')
      const files = filesOf(model, (change) => kept(change) !== 'lost', kept)
      const digest = digestOf(files)
      if (seen.has(digest)) continue
      seen.add(digest)
      yield { at, files, lost: describe(all) }
    }
  }
}

function some<T>(all: readonly T[], limit: number, random: SeededRandom): readonly T[] {
  if (all.length <= limit) return all
  const left = [...all]
  return Array.from({ length: limit }, () => left.splice(random.below(left.length), 1)).flat()
}

function* choices(pending: readonly Change[], bound: number, random: SeededRandom): Generator<Choice> {
  const pick = (keep: (change: Change, i: number) => boolean): Choice =>
    new Map(pending.map((change, i) => [change, keep(change, i) ? 'whole' : 'lost']))
  if (2 ** pending.length <= bound) {
    for (let mask = 0; mask < 2 ** pending.length; mask++) yield pick((_, i) => (mask & (1 << i)) !== 0)
  } else {
    const fixed = [pick(() => true)]
    for (let one = 0; one < pending.length; one++) {
      fixed.push(
        pick((_, i) => i < one),
        pick((_, i) => i !== one),
        pick((_, i) => i === one),
      )
    }
    yield* fixed.slice(0, bound)
    for (let n = fixed.length; n < bound; n++) yield pick(() => random.chance(50))
  }
  for (const [i, change] of pending.entries()) {
    for (const torn of tornWays(change, random)) {
      for (const rest of ['whole', 'lost'] as const)
        yield new Map(pending.map((other, j) => [other, j === i ? torn : j < i ? 'whole' : rest]))
    }
  }
}

/** Ways in which a write can reach the disk in part. */
function tornWays(change: Change, random: SeededRandom): Kept[] {
  if (change.kind !== 'write') return []
  const count = sectorsOf(change).length
  if (count < 2) return ['length']
  const half = Math.ceil(count / 2)
  const chosen = new Set(Array.from({ length: half }, () => random.below(count)))
  return [
    'length',
    { sectors: (i) => i === 0 },
    { sectors: (i) => i < half },
    { sectors: (i) => i > 0 },
    { sectors: (i) => i < count - 1 },
    { sectors: (i) => chosen.has(i) },
  ]
}

function someOf(pending: readonly Change[], random: SeededRandom): Choice {
  const way = random.below(4)
  const end = random.below(pending.length + 1)
  return new Map(
    pending.map((change, i): [Change, Kept] => {
      if (way === 0) return [change, 'whole']
      if (way === 1) return [change, i < end ? 'whole' : 'lost']
      if (!random.chance(way === 2 ? 90 : 50)) return [change, 'lost']
      return [
        change,
        way === 3 && random.chance(20) ? random.pick<Kept>(['whole', ...tornWays(change, random)]) : 'whole',
      ]
    }),
  )
}

/** The index can be built again from the log, the durable mark may say less than is there; the rest is the ledger. */
function isDerived(change: Change): boolean {
  const path = pathOf(change)
  return /^(index(\/|$)|log\/(durable|lock|lock\.json)$|\.gitignore$)/.test(path)
}

function pathOf(change: Change): string {
  if (change.kind !== 'name') return change.file.madeAs
  return change.directory.path === '' ? change.name : `${change.directory.path}/${change.name}`
}

function describe(choice: Choice): string {
  const said: string[] = []
  for (const [change, kept] of choice) {
    if (kept === 'whole') continue
    const what = change.kind === 'name' ? 'name' : `${change.kind} at ${change.offset} of`
    said.push(`${typeof kept === 'object' ? 'torn' : kept}: ${what} ${pathOf(change)}`)
  }
  return said.length === 0 ? 'nothing lost' : said.slice(0, 12).join('; ')
}
