import { gravestFreshness, type RunView } from '../../run/index.js'
import { dash, grouped, moment, nodeName, seconds } from './format.js'
import type { Html, Part } from './html.js'
import { marked, section, table } from './table.js'

type Freshness = RunView['freshness'][number]

const TONE = { pass: 'good', warn: 'warn', error: 'bad', 'runtime-error': 'bad', unknown: 'unknown' } as const

/** How fresh the sources are, as dbt found them; nothing where no source was looked at. */
export function freshnessSection(run: RunView): Html | null {
  const { freshness } = run
  if (freshness.length === 0) return null
  const said = (node: string, voice: Freshness['voice']) =>
    freshness.find((one) => one.node === node && one.voice === voice)
  const rows = gravestFreshness(run).map((gravest) => {
    const told = said(gravest.node, 'claim') ?? gravest
    return {
      cells: [
        nodeName(gravest.node),
        word(said(gravest.node, 'claim')),
        word(said(gravest.node, 'log')),
        told.maxLoadedAt === null ? dash : moment(told.maxLoadedAt),
        told.ageSeconds === null ? dash : age(told.ageSeconds),
        threshold(told.warnAfter),
        threshold(told.errorAfter),
      ],
      tone:
        TONE[gravest.status] === 'bad'
          ? ('bad' as const)
          : TONE[gravest.status] === 'warn'
            ? ('warn' as const)
            : undefined,
    }
  })
  return section({
    id: 'freshness',
    title: 'Sources: how fresh they are',
    lead: null,
    body: table(
      'Freshness of the sources',
      [
        { title: 'Source' },
        { title: 'dbt’s results' },
        { title: 'dbt’s log' },
        { title: 'Newest row' },
        { title: 'Age', number: true },
        { title: 'Warns after', number: true },
        { title: 'Fails after', number: true },
      ],
      rows,
    ),
  })
}

function word(one: Freshness | undefined): Part {
  return one === undefined ? dash : marked(TONE[one.status], one.status)
}

function threshold(given: Freshness['warnAfter']): Part {
  return given === null ? dash : `${grouped(given[0])} ${given[1]}${given[0] === '1' ? '' : 's'}`
}

const DAY = 86_400
const HOUR = 3_600

/** "3 d 4 h", "5 h 12 min", "12 min", "41.20 s": cut, not rounded. */
function age(fraction: string): Part {
  const whole = Number(fraction.split('.')[0])
  if (!Number.isSafeInteger(whole) || whole < 60) return seconds(fraction)
  if (whole >= DAY) return `${grouped(Math.floor(whole / DAY))} d ${Math.floor((whole % DAY) / HOUR)} h`
  if (whole >= HOUR) return `${Math.floor(whole / HOUR)} h ${Math.floor((whole % HOUR) / 60)} min`
  return `${Math.floor(whole / 60)} min`
}
