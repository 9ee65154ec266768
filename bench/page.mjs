import { milliseconds, rate, ratio, summary } from './statistics.mjs'

const [CLYRA, SQLITE, HYPERCORE] = ['Clyra', 'SQLite FULL + UNIQUE', 'hypercore 11 (no fsync)']

/** docs/performance.md */
export function page({ machine, command, rounds, seconds, appends, open, replay, verify, wrapper }) {
  const { bytesPerRecord } = appends[0].checked.get(CLYRA)
  return `# Performance

Written by \`${command}\`; do not edit by hand. ${rounds} rounds, contestants interleaved in changing order, fsync on; each figure is the median with
the smallest and the greatest of the rounds. **Look at the ratios**: they are of one run on one machine, and the machine may be busy.

${machine.join('\n')}
- took ${Math.round(seconds)} s; about ${bytesPerRecord} bytes a record

## Append

Events of one kind (a dbt statement), to streams of 5,000, expected revision given, ids UUIDv7; one batch awaited before the next is handed over,
one thread. Stores grow from round to round; a first round is not counted. Ratios above 1 say that Clyra is faster, **although its clock stops later**: all figures of
Clyra but "acknowledged" stop when the records are durable and sealed (tiles written, checkpoint signed and published), the index is
stored and the ledger is closed. SQLite's clock stops when the last COMMIT returns; hypercore's when its append resolves, without an fsync.

| in | batch | ratio to SQLite | ratio to hypercore | Clyra, sealed /s | Clyra, acknowledged /s | SQLite /s | hypercore /s |
|---|---|---|---|---|---|---|---|
${appends.map(appendRow).join('\n')}

${targets(appends)}

*objects in*: every contestant gets JavaScript objects; Clyra validates them against their schema and writes RFC 8785 bytes, the others call
\`JSON.stringify\`. *bytes in*: the bytes stand ready before the clock runs (Clyra: \`prepare()\`). What Clyra does beyond both: schema, ids unique for
ever, a hash chain for every stream, an RFC 6962 tree with signed checkpoints. SQLite here: WAL, \`synchronous = FULL\`, \`UNIQUE (stream, version)\`, one
transaction a batch. hypercore here: one core, \`append\` of the whole batch.

## Verify, replay, open

| what | in | result |
|---|---|---|
| verify a bundle of ${grouped(verify.records)} records (${grouped(Math.round(verify.bytes / 1000))} kB), every check, key pinned | bytes in | ${milliseconds(verify.times)} |
| build that bundle, once | records in | ${verify.build.toFixed(0)} ms |
| replay ${grouped(replay.records)} records: parse, chain check, fold into \`run\` | bytes in | ${rate(replay.rates)} records/s |
| open a ledger of ${grouped(open.size)} records for writing | - | ${milliseconds(open.times.write)} |
| open it for reading | - | ${milliseconds(open.times.read)} |
| what \`clyra run dbt\` adds to a recorded run of 16 nodes, a start of Node included | - | ${milliseconds(wrapper.added)} |

## What was checked before this was written

Every event of every round was counted in every store. Clyra's ledgers were read back whole: each leaf hashed again, each stream's chain
followed, the root of the tree compared with the published checkpoint, which covers the last record. The bundle was VALID in every round.

## How to repeat it

\`\`\`
${command}
\`\`\`

installs SQLite (libsql) and hypercore into \`bench/node_modules\`, builds, measures, and writes this page.
`
}

/** The first targets for batches of 1,000 objects, met or not: medians of the rounds. */
function targets(appends) {
  const { rows } = appends.find(({ shape }) => shape.input === 'objects' && shape.batch === 1_000)
  const reached = (name) => summary(rows.map((row) => row.get(CLYRA).settled / row.get(name).settled)).median
  const line = (name, wanted) => {
    const got = reached(name)
    return `${wanted.toFixed(1)} x ${name}: ${got >= wanted ? 'met' : 'not met'} (${got.toFixed(2)})`
  }
  return `First targets for 1,000 objects a batch: ${line(SQLITE, 1.2)}; ${line(HYPERCORE, 1)}.`
}

function appendRow({ shape, rows }) {
  const of = (name, what) => rows.map((row) => row.get(name)[what])
  const against = (name) => rows.map((row) => row.get(CLYRA).settled / row.get(name).settled)
  return `| ${shape.input} | ${grouped(shape.batch)} | **${ratio(against(SQLITE))}** | **${ratio(against(HYPERCORE))}** | ${rate(of(CLYRA, 'settled'))} | ${rate(of(CLYRA, 'acknowledged'))} | ${rate(of(SQLITE, 'settled'))} | ${rate(of(HYPERCORE, 'settled'))} |`
}

function grouped(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}
