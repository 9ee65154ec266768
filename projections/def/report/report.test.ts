import { describe, expect, test } from 'vitest'
import { exampleBundle, nodeData, RUN, recordMaker, statementData } from '../../example-records.test.support.js'
import { defProjection, type ReportContext, renderReport } from '../index.js'
import { escapeText } from './html.js'
import { DARK, LIGHT, type Palette, TEXT_PAIRS } from './palette.js'
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

  test('embedded artefacts are said to be in the bundle', () => {
    const bundle = exampleBundle('good')
    const { artifacts } = defProjection.render(bundle.reduce(defProjection.apply, defProjection.initial(RUN))).run
    expect(text(report(bundle, { ...CONTEXT, embedded: [artifacts[0]!.sha256] }))).toContain('in this bundle')
  })
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
