import { grouped, summary } from '../statistics.mjs'
import { ofBatch } from './figures.mjs'
import { dot, line, svg, text } from './svg.mjs'

const [WIDTH, LEFT, RIGHT, TOP, ROW] = [860, 300, 90, 92, 28]

/**
 * A point for each contestant on a logarithmic scale, with a line from the slowest to the fastest round. Filled:
 * objects in; hollow: bytes in. Undefined where batches of 1,000 were not measured.
 */
export function plotAppend(result, theme) {
  const measured = ofBatch(result, 1_000)
  if (measured === undefined) return undefined
  const rows = measured.contestants
    .map((one) => ({ ...one, ...summary(one.settled) }))
    .sort((a, b) => b.median - a.median)
  const low = belowAll(Math.min(...rows.map(({ min }) => min)))
  const high = Math.max(...rows.map(({ max }) => max)) * 1.1
  const x = (value) => LEFT + ((WIDTH - LEFT - RIGHT) * Math.log(value / low)) / Math.log(high / low)
  const bottom = TOP + rows.length * ROW
  const title = 'Events a second, 1,000 a batch'
  const parts = [
    text(20, 32, title, { fill: theme.ink, size: 18, weight: 600 }),
    text(
      20,
      54,
      'Median of the rounds of one run, with the slowest and the fastest; each to the end of its own clock.',
      { fill: theme.soft },
    ),
    ...legend(theme),
    ...ticks(low, high).flatMap((value) => [
      line(x(value), TOP - 6, x(value), bottom, theme.grid),
      text(x(value), bottom + 18, value >= 1e6 ? `${value / 1e6}M` : `${value / 1e3}k`, {
        fill: theme.soft,
        size: 12,
        anchor: 'middle',
      }),
    ]),
    text((LEFT + WIDTH - RIGHT) / 2, bottom + 42, 'events a second (logarithmic)', {
      fill: theme.soft,
      anchor: 'middle',
    }),
    ...rows.flatMap((row, i) => rowParts(row, TOP + i * ROW + ROW / 2, x, theme)),
  ]
  const description = rows.map(({ name, input, median }) => `${name}, ${input} in: ${grouped(median)}`).join('; ')
  return svg({ width: WIDTH, height: bottom + 60, title, description }, theme, parts)
}

function rowParts({ name, input, clyra, median, min, max }, y, x, theme) {
  const colour = clyra ? theme.ours : theme.theirs
  return [
    text(LEFT - 16, y + 4, input === 'bytes' ? `${name}, bytes in`.replace('bytes, bytes', 'bytes') : name, {
      fill: theme.ink,
      anchor: 'end',
      weight: clyra ? 600 : 400,
    }),
    line(x(min), y, x(max), y, colour, 2),
    dot(x(median), y, colour, theme.paper, input === 'objects'),
    text(Math.max(x(max), x(median) + 5) + 8, y + 4, grouped(median), {
      fill: theme.soft,
      size: 12,
      halo: theme.paper,
    }),
  ]
}

function legend(theme) {
  const entries = [
    ['Clyra: sealed and indexed', theme.ours, true],
    ['others', theme.theirs, true],
    ['filled: objects in', theme.soft, true],
    ['hollow: bytes in', theme.soft, false],
  ]
  const widths = [190, 80, 140, 140]
  let at = 26
  return entries.flatMap(([label, colour, filled], i) => {
    const part = [dot(at, 72, colour, theme.paper, filled), text(at + 12, 76, label, { fill: theme.soft, size: 12 })]
    at += widths[i]
    return part
  })
}

/** The greatest of 1, 2 and 5 times a power of ten that is not above `value`. */
function belowAll(value) {
  const decade = 10 ** Math.floor(Math.log10(value))
  return decade * [5, 2, 1].find((step) => decade * step <= value)
}

function ticks(low, high) {
  const found = []
  for (let decade = 10 ** Math.floor(Math.log10(low)); decade < high; decade *= 10)
    found.push(...[1, 2, 5].map((step) => decade * step).filter((value) => value >= low && value <= high))
  return found
}
