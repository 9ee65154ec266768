import { describe, expect, test } from 'vitest'
import { exampleBundle, nodeData, RUN, recordMaker, statementData } from '../../example-records.test.support.js'
import { defProjection, type ReportContext, renderReport } from '../index.js'
import { escapeText } from './html.js'
import { DARK, LIGHT, type Palette, TEXT_PAIRS } from './palette.js'
import { readableCommand } from './readable-command.js'
import { SHOWN } from './statements-part.js'

const CONTEXT: ReportContext = { size: '70', root: 'ab'.repeat(32), embedded: [], opened: [] }
const report = (records: ReturnType<typeof exampleBundle>, context = CONTEXT) =>
  renderReport(records.reduce(defProjection.apply, defProjection.initial(RUN)), context)
const text = (page: string) => page.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, '')

describe('the report', () => {
  test('the same records give the same bytes', () => {
    expect(report(exampleBundle('failing'))).toBe(report(exampleBundle('failing')))
  })

  test.each(['good', 'failing', 'killed'] as const)(
    'a %s run: no script, no address, one style sheet, allowed by its digest',
    (flavour) => {
      const page = report(exampleBundle(flavour))
      expect(page).not.toMatch(/<script|<img|<link|<iframe|<form|\son\w+=|javascript:|https?:|\sstyle=|url\(|@import/i)
      expect(page).toMatch(/default-src &#39;none&#39;; style-src &#39;sha256-[A-Za-z0-9+/]{43}=&#39;/)
      expect(page.match(/<style>/g)).toHaveLength(1)
    },
  )

  test('every element that is opened is closed, in order', () => {
    const VOID = new Set(['meta', 'br', 'wbr'])
    const open: string[] = []
    for (const [, close, name] of report(exampleBundle('failing')).matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
      if (VOID.has(name!)) continue
      if (close === '') open.push(name!)
      else expect(open.pop()).toBe(name)
    }
    expect(open).toEqual([])
  })

  test('ids are unique and every link inside the page leads somewhere', () => {
    const page = report(exampleBundle('killed'))
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, target] of page.matchAll(/(?:href="#|aria-labelledby=")([^"]+)"/g)) expect(ids).toContain(target)
  })

  test('what failed, what was found, and how to check it stand before the details', () => {
    const page = text(report(exampleBundle('failing')))
    const places = [
      'dbt build of jaffle_shop failed',
      '2 findings',
      'What failed',
      'dbt says that it built this relation',
      'What it changed',
      'This page cannot prove itself',
      'Steps',
    ]
    const found = places.map((place) => page.indexOf(place))
    expect(found).not.toContain(-1)
    expect(found).toEqual([...found].sort((a, b) => a - b))
    expect(page).toContain('node clyra-verify.mjs')
    expect(page).toContain('vkey obtained another way')
  })

  test('a partial record says so and why on the first screen', () => {
    const page = text(report(exampleBundle('killed')))
    const first = page.slice(0, page.indexOf('Findings'))
    expect(first).toContain('Partial')
    expect(first).toContain('of an earlier run, and was not taken')
    expect(page).toContain('nodes-without-result')
  })

  test('silence is no agreement: without all voices, no finding is not shown as good', () => {
    const page = report(exampleBundle('killed'))
    expect(page).toContain('<span class="mark unknown">No finding</span>')
    expect(page).not.toContain('<span class="mark good">No finding</span>')
    expect(report(exampleBundle('good'))).toContain('<span class="mark good">No finding</span>')
  })

  test('a demonstration carries its banner, and nothing else does', () => {
    expect(text(report(exampleBundle('good', { demonstration: true })))).toContain('Recorded demonstration')
    expect(text(report(exampleBundle('good')))).not.toContain('Recorded demonstration')
  })

  test('hostile names are shown, not obeyed', () => {
    const make = recordMaker(100)
    const hostile = '</style><script>alert(1)</script>"\' onload=x\u202Egpj\u0000\n'
    const page = report([
      ...exampleBundle('good'),
      make(
        `run-${RUN}`,
        'dev.clyra.dbt.node.executed.v1',
        nodeData(hostile, 'claim', { relation: [hostile, hostile, hostile], materialized: hostile }),
      ),
      make(`run-${RUN}`, 'dev.clyra.dbt.statement.executed.v1', statementData(1, { node: hostile, thread: hostile })),
    ])
    expect(page).not.toContain('<script')
    expect(page).not.toMatch(/[\u202E\u0000]/)
    expect(page).toContain('\\u{202e}')
  })

  test('no sealed text, fingerprint or commitment is on the page', () => {
    const bundle = exampleBundle('failing')
    const page = report(bundle)
    for (const { event } of bundle) {
      for (const [, sealed] of JSON.stringify(event.data).matchAll(/(?:clyra:sealed|fingerprint)":"([0-9a-f]{64})"/g)) {
        expect(page).not.toContain(sealed)
      }
    }
  })

  test('a run with very many statements gives a page of bounded size that says what it leaves out', () => {
    const make = recordMaker(100)
    const many = Array.from({ length: 10_000 }, (_, i) =>
      make(`run-${RUN}`, 'dev.clyra.dbt.statement.executed.v1', statementData(i)),
    )
    const page = report([...exampleBundle('good'), ...many])
    expect(page.length).toBeLessThan(1_000_000)
    expect(text(page)).toContain(`The first ${SHOWN} statements, in order`)
    expect(text(page)).toContain('9,524 statements more')
  })

  test('an empty bundle still gives a page', () => {
    expect(text(report([]))).toContain('ended in a way that was not recorded')
  })

  test('a healthy run is calm: nothing failed, no silence of a voice is made much of, no ROLLBACK stands under failures', () => {
    const make = recordMaker(100)
    const rollbacks = Array.from({ length: 15 }, (_, i) =>
      make(
        `run-${RUN}`,
        'dev.clyra.dbt.statement.executed.v1',
        statementData(i, {
          kind: 'rollback',
          verb: null,
          text: null,
          fingerprint: null,
          fingerprintKey: null,
          outcome: 'unknown',
        }),
      ),
    )
    const good = exampleBundle('good')
    const end = good.findIndex(({ event }) => event.type === 'dev.clyra.run.closed.v1')
    const page = text(report([...good.slice(0, end), ...rollbacks, ...good.slice(end)]))
    expect(page).not.toContain('What failed')
    expect(page).not.toContain('does not say')
    expect(page.slice(0, page.indexOf('Steps'))).not.toMatch(/ended is not recorded/)
    expect(page).toContain('Nothing failed, nothing warned, nothing was found.')
    expect(page).toContain('dbt says it took 5.12 s')
  })

  test('a command that only compiles changed nothing, and the page says what it did', () => {
    const compiled = exampleBundle('good').map((record) =>
      record.event.type === 'dev.clyra.dbt.invocation.started.v1'
        ? { ...record, event: { ...record.event, data: { ...(record.event.data as object), command: 'compile' } } }
        : record,
    )
    const page = text(report(compiled))
    expect(page).toContain('dbt compile of jaffle_shop succeeded')
    expect(page.slice(page.indexOf('What it changed'))).toMatch(/^What it changed\s+Compiled, nothing ran\./)
  })

  test('each voice stands on the first screen with how far it was heard, and why not', () => {
    const first = (flavour: 'good' | 'killed') => {
      const page = text(report(exampleBundle(flavour)))
      return page.slice(0, page.indexOf('What it changed'))
    }
    expect(first('good')).toMatch(/dbt’s results: heard in full.*dbt’s log: heard in full.*The warehouse: asked/s)
    expect(first('killed')).toMatch(
      /The warehouse: asked in part\. The warehouse did not answer in time after the run\./,
    )
  })

  test('sealed values stand where they belong if they are opened, and are said to be withheld if not', () => {
    const records = exampleBundle('failing')
    const opened = records.flatMap(({ position, event }) => {
      const data = event.data as Record<string, unknown>
      return ['arguments', 'message', 'text'].flatMap((member) =>
        data[member] == null
          ? []
          : [{ position, pointer: `/data/${member}`, value: `<${member} of ${position}>\nline 2` }],
      )
    })
    const closed = text(report(records))
    expect(closed).toContain('Selection, variables and options are withheld.')
    expect(closed).toContain('What dbt said is withheld.')
    expect(closed).not.toContain('Sealed values are shown here')
    const page = report(records, { ...CONTEXT, opened })
    expect(text(page)).toContain('Sealed values are shown here')
    expect(page).toMatch(/<p class="command"><code>&lt;arguments of \d+&gt;/)
    expect(page).toMatch(/<pre class="said">&lt;message of \d+&gt;\nline 2<\/pre>/)
    expect(page).toMatch(/<summary>SQL<\/summary><pre>&lt;text of \d+&gt;/)
  })

  test('a relation that is gone from the warehouse stands before what was built, and nothing is called calm', () => {
    const gone = exampleBundle('good').map((record) => {
      const data = record.event.data as { phase?: string; relations?: unknown }
      return record.event.type === 'dev.clyra.snapshot.captured.v1' && data.phase === 'before'
        ? {
            ...record,
            event: { ...record.event, data: { ...data, relations: [['analytics', 'lost_view', 'view', null]] } },
          }
        : record
    })
    const page = text(report(gone))
    expect(page).toMatch(/Gone from the warehouse: analytics\.lost_view\. There before the run, not after it\./)
    expect(page).not.toContain('Nothing failed, nothing warned')
  })

  test('embedded artefacts are said to be in the bundle', () => {
    const bundle = exampleBundle('good')
    const { artifacts } = defProjection.render(bundle.reduce(defProjection.apply, defProjection.initial(RUN))).run
    expect(text(report(bundle, { ...CONTEXT, embedded: [artifacts[0]!.sha256] }))).toContain('in this bundle')
  })
})

test.each([
  ['dbt build --select a b --vars {"d": "1"} --log-path /x/y', 'dbt build --select a b --vars {"d": "1"}'],
  ['dbt --log-format=json build -s tag:x --profiles-dir .', 'dbt build -s tag:x'],
  ['dbt run', 'dbt run'],
])('of %j a reader is shown %j', (line, shown) => {
  expect(readableCommand(line)).toBe(shown)
})

describe('contrast (WCAG 2, 1.4.3 and 1.4.11)', () => {
  /** Relative luminance as WCAG 2 defines it. */
  const luminance = (colour: string) => {
    const [r, g, b] = [1, 3, 5]
      .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
  }
  const contrast = (one: string, other: string) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b)
    return (high! + 0.05) / (low! + 0.05)
  }
  const palettes: [string, Palette][] = [
    ['light', LIGHT],
    ['dark', DARK],
  ]

  test('black on white is 21 : 1', () => expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5))

  test.each(palettes)(
    'every text of the %s palette has at least 4.5 : 1 on every ground it stands on',
    (_, palette) => {
      const weak = TEXT_PAIRS.map(
        ([text, ground]) => [text, ground, contrast(palette[text], palette[ground])] as const,
      ).filter(([, , ratio]) => ratio < 4.5)
      expect(weak).toEqual([])
    },
  )
})

test('escaping leaves plain text alone, whatever its language', () => {
  expect(escapeText('Größe 量 – naïve')).toBe('Größe 量 – naïve')
  expect(escapeText('a\u200bb')).toBe('a\\u{200b}b')
})
