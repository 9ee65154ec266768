import { grouped } from '../statistics.mjs'
import { appendTables } from './append-tables.mjs'
import {
  flushesSection,
  growthSection,
  historySection,
  latencySection,
  readingSection,
  socketSection,
  stepsSection,
} from './sections.mjs'
import { targetsTable } from './targets.mjs'

/** What was measured, for the terminal: no more than that. */
export function excerpt(result) {
  const { machine, append } = result
  const parts = [
    machine.join('\n'),
    targetsTable(result, { measuredOnly: true }),
    append === undefined ? '' : appendTables(append),
    latencySection(result),
    socketSection(result),
    readingSection(result),
    growthSection(result),
    stepsSection(result),
    flushesSection(result),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** docs/performance.md. `plots`: whether the plots lie beside it. */
export function page(result, { history = [], plots = false } = {}) {
  const { machine, rounds, seconds, append } = result
  const parts = [
    `# Performance

Written by \`npm run bench\`, which measures, checks what it measured, and prints nothing where a check fails; do not edit by hand. ${rounds} rounds,
contestants interleaved in changing order, every row in a process of its own, fsync on; each figure is the median, with the smallest and the greatest of the rounds.
**Look at the ratios**: they are of one run on one machine, and the machine may be busy.

${machine.join('\n')}
- took ${Math.round(seconds)} s`,
    append === undefined ? '' : `## Targets\n\n${targetsTable(result)}`,
    append === undefined ? '' : appendSection(append, rounds, plots),
    latencySection(result),
    socketSection(result),
    readingSection(result),
    growthSection(result),
    plots && result.growth !== undefined
      ? picture('growth', 'Microseconds an event over the number of records and of streams')
      : '',
    stepsSection(result),
    historySection(history),
    `## What was checked before this was written

Every event of every round is in every store, and what was read back is what was appended (all of it or a sample). Clyra’s ledgers were read whole:
each leaf hashed anew, each chain followed, the root of a tree made anew from nothing but SHA-256 compared with the published checkpoint, which
covers the last record; the index on disk knows every record; \`fsck\` found nothing; a batch that was sent again added nothing; an event against its
schema was refused. Proofs led to the root by code written down again; a changed bundle and a broken chain were refused.
${flushesSection(result)}

For each row there is a broken part that these checks catch (index dropped, flush skipped, tiles skipped, validation skipped, a record lost, ...):
\`npm run bench -- --mutations\` shows it, and \`npm test\` runs a third of its rows each time, by a printed seed.`,
    `## How to repeat it

\`\`\`
npm run bench
\`\`\`

installs the peers into \`bench/node_modules\`, builds Tessera’s program with \`go\` and uses the tests’ PostgreSQL (\`node test/services/install.mjs\`) where they are
there, measures, and writes this page. \`--quick\` shows that all runs; \`--only append,growth\` selects; \`--grow-to 10000000\` grows further, where the disk allows.`,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function appendSection(append, rounds, plots) {
  const bytes = (key) =>
    append.flatMap(({ contestants }) => contestants).find((one) => one.key === key)?.checked.bytesPerRecord
  return `## Append

Events of one kind (a dbt statement) to streams of 5,000, expected revision given; batches are awaited one after another unless said otherwise. Each
contestant has a process of its own for all rounds of a table, with a heap and a compiler that nobody else fills, and one is at work at a time. A
round has ${append.map(({ batch, count }) => `${grouped(count)} events in batches of ${grouped(batch)}`).join(', ')}. Stores grow from round to round, to ${grouped(Math.max(...append.map(({ count }) => count)) * (rounds + 1))} events in
the largest; a first round is not counted. A ratio above 1 says that Clyra is faster, **although its clock stops later**: when the records
are durable *and* sealed (tiles written, checkpoint signed and published), the index is stored and the ledger is closed; \`acknowledged\` is when the
last append resolved. The peers’ clocks stop when the last append returned; Tessera’s when a published checkpoint covers the last entry.

*objects in*: JavaScript objects; Clyra validates them against their schema and writes RFC 8785 bytes (${bytes('clyra') ?? '-'} bytes a record, with the
ledger’s attributes), the others call \`JSON.stringify\` (${bytes('raw') ?? '-'} bytes). *bytes in*: the bytes stand ready before the clock runs. What Clyra
does beyond all of them: schema, ids unique for ever, a hash chain for every stream, an RFC 6962 tree with signed checkpoints (Tessera has the tree).
${plots ? `\n${picture('append', 'Durable events a second, batches of 1,000, by contestant')}\n` : ''}
${appendTables(append)}`
}

const picture = (name, text) => `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="performance/${name}-dark.svg">
  <img alt="${text}" src="performance/${name}-light.svg">
</picture>`
