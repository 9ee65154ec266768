import { grouped, median } from '../statistics.mjs'
import { diskShare, indexBytes, medianRatio, peakMemory } from './figures.mjs'

/**
 * The targets of the design (its table of targets, first column and goal) beside what was measured. `at least` and
 * `at most` say which side is good; a value that is undefined was not measured.
 */
function targetsOf(result) {
  const against = (key, peer) => medianRatio(result, 1_000, key, peer)
  const slowed = result.singles?.find(({ disk }) => disk !== 'as it is')
  const { large } = result
  // These two speak of a million records; a smaller ledger says nothing about them.
  const million = large !== undefined && large.count >= 1_000_000
  const opening =
    !million || large.open === undefined ? undefined : Math.max(median(large.open.write), median(large.open.read))
  const verifying = (records, program) => {
    const size = result.verify?.find((one) => one.records === records)
    const times = program === undefined ? size?.times : size?.programs.find(({ name }) => name === program)?.times
    return times && median(times)
  }
  const times = (value) => `${value.toFixed(2)}x`
  const ms = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`
  const perSecond = (value) => `${grouped(value)}/s`
  const target = (what, value, show, side, first, goal, note) => ({ what, value, show, side, first, goal, note })
  return [
    target(
      'append, 1,000 objects a batch, one thread: SQLite FULL + UNIQUE',
      against('clyra', 'sqlite'),
      times,
      'at least',
      1.2,
      2,
    ),
    target('the same: hypercore', against('clyra', 'hypercore'), times, 'at least', 1, undefined),
    target('from `prepare()` in two workers: SQLite', against('clyra-workers', 'sqlite'), times, 'at least', 2, 4),
    target('the same: hypercore', against('clyra-workers', 'hypercore'), times, 'at least', 1.5, undefined),
    target('the same: Tessera', against('clyra-workers', 'tessera'), times, 'at least', 1.2, undefined),
    target('the same: LMDB', against('clyra-workers', 'lmdb'), times, 'at least', undefined, 1),
    target(
      'prepared bytes ready: Tessera',
      against('clyra-bytes', 'tessera'),
      times,
      'at least',
      3,
      undefined,
      'the goal, immudb’s published figures, is not of this run',
    ),
    target('single `append`, 64 in flight, 1 ms a flush: p99', slowed?.p99, ms, 'at most', 10, 3),
    target('event loop at 5,000 events/s in batches of 50: p99 delay', result.loop?.busy.p99, ms, 'at most', 5, 1),
    target('verify a bundle of 10,000 records, every check: TypeScript', verifying(10_000), ms, 'at most', 1000, 300),
    target('the same: Go, as a program with its start', verifying(10_000, 'Go'), ms, 'at most', undefined, 100),
    target('of 200,000 records: TypeScript', verifying(200_000), ms, 'at most', undefined, 4000),
    target('the same: Go, as a program with its start', verifying(200_000, 'Go'), ms, 'at most', undefined, 1500),
    target(
      'bytes + Merkle root of 1M records',
      result.root && median(result.root.whole),
      perSecond,
      'at least',
      500_000,
      2_000_000,
      'on one thread; the goal is for two',
    ),
    target(
      'replay: parse, chain check, fold',
      large?.replay && median(large.replay.rates),
      perSecond,
      'at least',
      150_000,
      400_000,
      'beside it a thread reads and checks ahead, where a processor is free',
    ),
    target('open a ledger of 1,000,000 records', opening, ms, 'at most', 1000, 50),
    target(
      'memory while appending or replaying 1M records (RssAnon)',
      million ? peakMemory(result) : undefined,
      (value) => `${value.toFixed(0)} MB`,
      'at most',
      300,
      150,
    ),
    target(
      'disk: log + hash tiles / canonical bytes',
      diskShare(result),
      (value) => `${value.toFixed(3)}x`,
      'at most',
      1.15,
      1.1,
    ),
    target('disk: index', indexBytes(result), (value) => `${value.toFixed(0)} B an event`, 'at most', 250, 150),
    target('gateway: added latency', undefined, String, 'at most', 5, 1, 'there is no gateway yet'),
  ]
}

/** The table of targets, in Markdown. Whether and by how much each is reached is computed here, never typed. */
export function targetsTable(result, { measuredOnly = false } = {}) {
  const shown = targetsOf(result).filter(({ value }) => !measuredOnly || value !== undefined)
  const rows = shown.map(({ what, value, show, side, first, goal, note }) => {
    const cells = [first, goal].map((wanted) => verdict(value, wanted, side))
    const measured = value === undefined ? 'not measured' : `**${show(value)}**`
    const wanted = [first, goal].map((one) => (one === undefined ? '-' : `${side} ${shortly(one)}`))
    return `| ${what}${note === undefined ? '' : ` (${note})`} | ${measured} | ${wanted[0]} | ${cells[0]} | ${wanted[1]} | ${cells[1]} |`
  })
  return ['| what | measured | first | reached | goal | reached |', '|---|---|---|---|---|---|', ...rows].join('\n')
}

const shortly = (value) => (value >= 1000 ? grouped(value) : String(value))

/** "yes, 1.31 times as good as asked", or what is missing. */
function verdict(value, wanted, side) {
  if (value === undefined || wanted === undefined) return '-'
  const share = side === 'at least' ? value / wanted : wanted / value
  return share >= 1 ? `yes, by ${share.toFixed(2)}` : `**no**, ${share.toFixed(2)} of it`
}
