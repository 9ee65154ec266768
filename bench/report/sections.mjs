import { grouped, median, milliseconds, rate } from '../statistics.mjs'
import { diskShare, indexBytes, megabytes } from './figures.mjs'

const ms = (value) => `${value.toFixed(2)} ms`

export function latencySection({ singles, loop, lag }) {
  const rows = []
  const row = (what, { p50, p99, max }) =>
    rows.push(`| ${what} | objects in | ${ms(p50)} | **${ms(p99)}** | ${ms(max)} |`)
  for (const one of singles ?? []) {
    const flush = one.flush === undefined ? '' : `, a flush took ${one.flush.p50.toFixed(1)} ms`
    row(`single \`append\`, 64 in flight, disk ${one.disk}${flush}; ${grouped(one.perSecond)}/s`, one)
  }
  if (lag !== undefined) {
    row('`append` to the record in a subscriber’s hands, same process', lag)
    row('the same appends until acknowledged', lag.acknowledged)
  }
  if (loop !== undefined) {
    row(
      `delay of the event loop, ${grouped(loop.held)} events/s in batches of ${loop.batch}, for ${loop.seconds} s`,
      loop.busy,
    )
    rows.push(
      `| delay of the event loop, idle, for comparison | - | ${ms(loop.idle.p50)} | ${ms(loop.idle.p99)} | ${ms(loop.idle.max)} |`,
    )
  }
  return rows.length === 0
    ? ''
    : ['## Latency', '', '| what | in | p50 | p99 | greatest |', '|---|---|---|---|---|', ...rows].join('\n')
}

export function socketSection({ socket }) {
  if (socket === undefined) return ''
  return [
    '## Over the socket of a holder',
    '',
    'One producer, batch after batch, each acknowledged before the next; events a second.',
    '',
    '| batch | in the process that holds the ledger | from another one, over its socket | ratio |',
    '|---:|---|---|---:|',
    ...socket.map(
      ({ batch, held, served }) =>
        `| ${grouped(batch)} | ${rate(held)} | ${rate(served)} | ${(median(served) / median(held)).toFixed(2)} |`,
    ),
  ].join('\n')
}

export function readingSection({ verify, root, large, wrapper }) {
  const rows = []
  const add = (what, input, result) => rows.push(`| ${what} | ${input} | ${result} |`)
  for (const { records, bytes, times, programs, build } of verify ?? []) {
    const what = `a bundle of ${grouped(records)} records (${grouped(bytes / 1000)} kB)`
    add(`verify ${what}, every check, key pinned: TypeScript`, 'bytes in', milliseconds(times))
    for (const one of programs)
      add(
        `the same as a program, start and reading of the file included: ${one.name}`,
        'a file in',
        `${milliseconds(one.times)}${one.peak === 0 ? '' : `, ${megabytes(one.peak).toFixed(0)} MB at most`}`,
      )
    add('build that bundle, once', 'records in', `${build.toFixed(0)} ms`)
  }
  if (root !== undefined) {
    add(
      `chained records and Merkle root of ${grouped(root.count)} events, one thread`,
      'prepared bytes in',
      `${rate(root.whole)} /s`,
    )
    add('Merkle root alone, one thread', 'bytes in', `${rate(root.bare)} /s`)
  }
  if (large !== undefined) addLarge(add, large)
  if (wrapper !== undefined)
    add(
      'what `clyra run dbt` adds to a recorded run of 16 nodes, a start of Node included',
      '-',
      milliseconds(wrapper.added),
    )
  return rows.length === 0
    ? ''
    : ['## Reading, proving, opening', '', '| what | in | result |', '|---|---|---|', ...rows].join('\n')
}

function addLarge(add, large) {
  const records = `${grouped(large.size)} records`
  const { open, prove, replay, fsck, appending, replaying, disk } = large
  add(`append them, batches of 1,000, in a process of its own`, 'objects in', `${grouped(appending.perSecond)} /s`)
  if (replay !== undefined)
    add(
      `replay ${grouped(replay.records)} of them: parse, chain check, fold into \`run\`; beside it a thread reads and checks ahead, where a processor is free`,
      'bytes in',
      `${rate(replay.rates)} /s`,
    )
  if (open !== undefined) {
    add(`open a ledger of ${records} for writing`, '-', milliseconds(open.write))
    add('open it for reading', '-', milliseconds(open.read))
  }
  if (prove !== undefined) {
    for (const [what, one] of Object.entries(prove))
      add(`prove: ${NAMES[what]}`, '-', `p50 ${ms(one.p50)}, p99 ${ms(one.p99)} (${one.count} proofs)`)
  }
  if (fsck !== undefined)
    add(
      `fsck of ${records}, everything re-read`,
      'bytes in',
      `${fsck.seconds.toFixed(1)} s, ${grouped(fsck.records / fsck.seconds)} /s`,
    )
  if (replaying?.memory !== undefined && appending.memory !== undefined) {
    add(`memory (RssAnon, greatest) while they are appended`, 'objects in', peakOf(appending.memory, 'appended'))
    add('while they are replayed', 'bytes in', peakOf(replaying.memory, 'folded'))
  }
  if (disk !== undefined) {
    add(
      `disk: log and hash tiles beside ${megabytes(disk.canonical).toFixed(0)} MB of canonical bytes`,
      '-',
      `${diskShare({ large }).toFixed(3)}x (log ${megabytes(disk.log).toFixed(0)} MB, hash tiles ${megabytes(disk.hashes).toFixed(0)} MB)`,
    )
    add(
      'disk: index',
      '-',
      `${indexBytes({ large }).toFixed(0)} bytes an event, and ${(disk.offsets / disk.records).toFixed(1)} of offset tables`,
    )
  }
}

const peakOf = ({ peak, records }, what) => `${megabytes(peak).toFixed(0)} MB, when ${grouped(records)} were ${what}`

const NAMES = {
  inclusion: 'inclusion of a record',
  consistency: 'consistency of two sizes',
  head: 'presence or absence of a stream',
}

export function stepsSection({ steps }) {
  if (steps === undefined) return ''
  const show = ({ per, microseconds }) =>
    `${microseconds < 10 ? microseconds.toFixed(2) : microseconds.toFixed(0)} µs${per === 'event' ? '' : ` a ${per}`}`
  return [
    '## Cost of each step',
    '',
    'Each alone, on one thread, the best of the rounds (what disturbs only adds), an event of about 1 KB. In a ledger they overlap; the sum is no forecast.',
    '',
    '| step | an event |',
    '|---|---|',
    ...steps.map((step) => `| ${step.name} | ${show(step)} |`),
  ].join('\n')
}

/** A curve is called flat while its last point costs at most so many times its first. */
const FLAT = 1.25

export function growthSection({ growth }) {
  if (growth === undefined) return ''
  const { records, streams } = growth
  return [
    '## Growth',
    '',
    'Microseconds an event over the last part of each decade, until sealed and the index stored, objects in. Records: batches of 1,000 to streams of 5,000, random ids. Streams: one event of each in turn, 1,000 appends of one event together, UUIDv7. Every point is measured, none extrapolated.',
    '',
    '| records | last | µs an event | times the first |',
    '|---|---|---|---|',
    ...records.map(
      ({ size, part, microseconds }) =>
        `| ${grouped(size)} | ${grouped(part)} | ${microseconds.toFixed(1)} | ${(microseconds / records[0].microseconds).toFixed(2)} |`,
    ),
    '',
    '| streams | records | last | µs an event | times the first |',
    '|---|---|---|---|---|',
    ...streams.map(
      (one) =>
        `| ${grouped(one.streams)} | ${grouped(one.records)} | ${grouped(one.part)} | ${one.microseconds.toFixed(1)} | ${(one.microseconds / streams[0].microseconds).toFixed(2)} |`,
    ),
    '',
    `${flatness('records', records)} ${flatness('streams', streams)}`,
  ].join('\n')
}

function flatness(what, points) {
  if (points.length === 1) return `One number of ${what} says nothing about growth.`
  const worst = points.reduce((a, b) => (b.microseconds > a.microseconds ? b : a))
  const times = worst.microseconds / points[0].microseconds
  const at = grouped(worst.size ?? worst.streams)
  return times <= FLAT
    ? `With the number of ${what} the cost stays flat (at most ${times.toFixed(2)} times the first).`
    : `**With the number of ${what} the cost does not stay flat: ${times.toFixed(2)} times the first at ${at}.**`
}

export function historySection(history) {
  if (history.length === 0) return ''
  return [
    '## Before and after',
    '',
    'Kept by hand (`bench/history.json`), one line for each hot path that was rebuilt, each measured in its own time: the change is what counts.',
    '',
    '| what | before | after | | command |',
    '|---|---|---|---|---|',
    ...history.map(
      ({ what, before, after, unit, command }) => `| ${what} | ${before} | ${after} | ${unit} | \`${command}\` |`,
    ),
  ].join('\n')
}

export function flushesSection({ flushes }) {
  if (flushes === undefined) return ''
  if (flushes.reason !== undefined) return `Flushes were not watched: ${flushes.reason}.`
  const said = flushes.map(
    ({ name, flushed, appends, promised }) =>
      `${name} ${flushed} of ${appends}${promised ? '' : ' (it promises none)'}`,
  )
  return `Watched under strace in processes of their own, acknowledged appends that had a flush of their own: ${said.join('; ')}.`
}

/** The two figures of the README, with machine and command. */
export function headline(result, ratioToSqlite, perSecond) {
  const { verify, machine } = result
  return [
    `- **${grouped(perSecond)} events a second** from one thread (objects in, batches of 1,000): validated, idempotent, chained, flushed to the device, sealed under a signed checkpoint and indexed. That is **${ratioToSqlite.toFixed(2)} times SQLite** (WAL, \`synchronous = FULL\`, \`UNIQUE\`) in the same run.`,
    `- **${median(verify[0].times).toFixed(0)} ms** to verify a bundle of ${grouped(verify[0].records)} records, every check.`,
    '',
    `${machine[0].slice(2)}; \`npm run bench\` repeats it. [docs/performance.md](docs/performance.md) has the rest: peers, targets, growth, and what was checked.`,
  ].join('\n')
}
