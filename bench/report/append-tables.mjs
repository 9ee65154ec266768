import { rate, ratio } from '../statistics.mjs'
import { ratios } from './figures.mjs'

/** For each size of batch: how many times as fast as each peer, then everybody's own figures. */
export function appendTables(append) {
  return append.map(oneTable).join('\n\n')
}

function oneTable({ batch, count, contestants, missing }) {
  const own = contestants.filter(({ clyra }) => clyra)
  const peers = contestants.filter(({ clyra }) => !clyra)
  const head = own.map(({ name, input }) => `${name} (${input} in)`)
  const parts = [
    `### ${batch === 1 ? 'One event' : `${batch.toLocaleString('en')} events`} a batch, ${count.toLocaleString('en')} a round`,
  ]
  if (peers.length > 0) {
    parts.push(
      [
        `| times as fast as | in | ${head.join(' | ')} |`,
        `|---|---|${own.map(() => '---|').join('')}`,
        ...peers.map(
          (peer) =>
            `| ${peer.name} | ${peer.input} | ${own.map((one) => `**${ratio(ratios(one, peer))}**`).join(' | ')} |`,
        ),
        ...missing.map(
          ({ name, input, reason }) => `| ${name} | ${input} | ${own.map(() => 'not run').join(' | ')} (${reason}) |`,
        ),
      ].join('\n'),
    )
  }
  parts.push(
    [
      '| events a second | in | to the end of its clock | acknowledged |',
      '|---|---|---|---|',
      ...contestants.map(
        ({ name, input, settled, acknowledged }) =>
          `| ${name} | ${input} | **${rate(settled)}** | ${rate(acknowledged)} |`,
      ),
      ...missing.map(({ name, input }) => `| ${name} | ${input} | not run | not run |`),
    ].join('\n'),
  )
  return parts.join('\n\n')
}
