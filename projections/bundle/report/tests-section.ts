import { howItEnded, type RunView, type TestState } from '../../run/index.js'
import { differ } from './differ.js'
import { dash, grouped, name, nodeName, orDash } from './format.js'
import { byGravity } from './gravity.js'
import { type Html, html } from './html.js'
import { status } from './status.js'
import { section, table } from './table.js'

/** Every test, the gravest first. */
export function testsSection(run: RunView): Html | null {
  if (run.tests.length === 0) return null
  const rows = [...run.tests].sort(byGravity).map((test) => {
    const failures = test.claim?.failures ?? test.log?.failures ?? null
    return {
      cells: [
        nodeName(test.node),
        status(test.claim),
        status(test.log),
        orDash(failures === null ? null : grouped(failures)),
        orDash(test.severity),
        test.tested.length === 0
          ? dash
          : test.tested.map((node, i) => html`${i === 0 ? null : ', '}${shortName(node)}`),
      ],
      tone: toneOf(test),
    }
  })
  return section({
    id: 'tests',
    title: 'Tests',
    lead: null,
    body: table(
      'Tests',
      [
        { title: 'Test' },
        { title: 'dbt’s results' },
        { title: 'dbt’s log' },
        { title: 'Failing rows', number: true },
        { title: 'If it fails' },
        { title: 'Looks at' },
      ],
      rows,
    ),
  })
}

function toneOf(test: TestState): 'bad' | 'warn' | undefined {
  const ended = howItEnded(test)
  if (ended === 'failed') return 'bad'
  return ended === 'warned' || differ(test) ? 'warn' : undefined
}

/** The last part of a dbt unique id: the steps have it in full. */
function shortName(id: string): Html {
  const parts = id.split('.')
  return name(parts.length < 3 ? id : parts.slice(2).join('.'))
}
