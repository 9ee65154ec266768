import { grouped } from '../statistics.mjs'
import { dot, line, polyline, svg, text } from './svg.mjs'

const [WIDTH, HEIGHT, TOP, BOTTOM, LEFT, GAP, RIGHT] = [860, 380, 92, 310, 70, 70, 50]
const PANEL = (WIDTH - LEFT - RIGHT - GAP) / 2

/** Two panels side by side, one scale of microseconds from 0: over the records and over the streams of a ledger. */
export function plotGrowth({ growth }, theme) {
  if (growth === undefined) return undefined
  const panels = [
    { label: 'records in the ledger', points: growth.records.map(({ size, microseconds }) => [size, microseconds]) },
    {
      label: 'streams in the ledger',
      points: growth.streams.map(({ streams, microseconds }) => [streams, microseconds]),
    },
  ]
  const step = stepOf(Math.max(...panels.flatMap(({ points }) => points.map(([, value]) => value))))
  const top =
    step * Math.ceil((1.1 * Math.max(...panels.flatMap(({ points }) => points.map(([, value]) => value)))) / step)
  const y = (value) => BOTTOM - ((BOTTOM - TOP) * value) / top
  const title = 'What an event costs as a ledger grows'
  const marks = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step)
  const parts = [
    text(20, 32, title, { fill: theme.ink, size: 18, weight: 600 }),
    text(
      20,
      54,
      'Appended, sealed and indexed, one thread, 1,000 a batch: the last tenth before each size. Objects in.',
      { fill: theme.soft },
    ),
    text(22, (TOP + BOTTOM) / 2, 'microseconds an event', { fill: theme.soft, anchor: 'middle', turn: -90 }),
    ...panels.flatMap((panel, i) => panelParts(panel, LEFT + i * (PANEL + GAP), y, marks, theme)),
  ]
  const description = panels
    .map(
      ({ label, points }) =>
        `${label}: ${points.map(([at, value]) => `${grouped(at)}: ${value.toFixed(1)} µs`).join(', ')}`,
    )
    .join('; ')
  return svg({ width: WIDTH, height: HEIGHT, title, description }, theme, parts)
}

function panelParts({ label, points }, left, y, marks, theme) {
  const [first, last] = [points[0][0], points[points.length - 1][0]]
  const inner = PANEL - 40
  const x = (at) => left + 20 + (first === last ? inner / 2 : (inner * Math.log(at / first)) / Math.log(last / first))
  return [
    ...marks.flatMap((mark) => [
      line(left, y(mark), left + PANEL, y(mark), theme.grid),
      text(left - 8, y(mark) + 4, mark, { fill: theme.soft, size: 12, anchor: 'end' }),
    ]),
    ...points.map(([at]) => text(x(at), BOTTOM + 20, shortly(at), { fill: theme.soft, size: 12, anchor: 'middle' })),
    text(left + PANEL / 2, BOTTOM + 44, `${label} (logarithmic)`, { fill: theme.soft, anchor: 'middle' }),
    polyline(
      points.map(([at, value]) => [x(at), y(value)]),
      theme.ours,
    ),
    ...points.flatMap(([at, value]) => [
      dot(x(at), y(value), theme.ours, theme.paper, true),
      text(x(at), y(value) - 12, value.toFixed(1), { fill: theme.ink, size: 12, anchor: 'middle', halo: theme.paper }),
    ]),
  ]
}

/** 1, 2 or 5 of a power of ten, so that there are four to eight marks. */
function stepOf(greatest) {
  const power = 10 ** Math.floor(Math.log10(greatest / 4))
  return [1, 2, 5, 10].map((step) => step * power).find((step) => greatest / step <= 8) ?? 10 * power
}

const shortly = (value) => (value >= 1e6 ? `${value / 1e6}M` : value >= 1e3 ? `${value / 1e3}k` : String(value))
