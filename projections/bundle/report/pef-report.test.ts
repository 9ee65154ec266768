import { expect, test } from 'vitest'
import { activityRecords, RUN, recordMaker, startedData } from '../../example-records.test.support.js'
import { pefProjection, renderPefReport } from '../index.js'

const page = (records: ReturnType<typeof activityRecords>) =>
  renderPefReport(records.reduce(pefProjection.apply, pefProjection.initial(RUN)), {
    size: '70',
    root: 'ab'.repeat(32),
    embedded: [],
    opened: [],
  })

function session() {
  const make = recordMaker()
  return [
    make(
      `run-${RUN}`,
      'dev.clyra.run.started.v2',
      startedData({ tool: 'agent', capture: 'library', parent: 'before' }),
    ),
    make(`run-${RUN}`, 'dev.clyra.run.linked.v1', { run: RUN, stream: 'approval-1', role: 'approval' }),
    ...activityRecords(make),
  ]
}

test('the same records give the same bytes: no script, no address, one style sheet', () => {
  const made = page(session())
  expect(made).toBe(page(session()))
  expect(made).not.toMatch(/<script|<img|<link|<iframe|<form|\son\w+=|javascript:|https?:|\sstyle=|url\(|@import/i)
  expect(made.match(/<style>/g)).toHaveLength(1)
})

test('every element that is opened is closed, ids are unique, and every link inside the page leads somewhere', () => {
  const made = page(session())
  const VOID = new Set(['meta', 'br', 'wbr'])
  const open: string[] = []
  for (const [, close, name] of made.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
    if (VOID.has(name!)) continue
    if (close === '') open.push(name!)
    else expect(open.pop()).toBe(name)
  }
  expect(open).toEqual([])
  const ids = [...made.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const [, target] of made.matchAll(/(?:href="#|aria-labelledby=")([^"]+)"/g)) expect(ids).toContain(target)
})

test('what was stopped and what has no answer stand on the first screen; no receipts at all are no good news', () => {
  const text = page(session()).replace(/<[^>]*>/g, '')
  expect(text).toContain('Was anything stopped?')
  expect(text).toContain('2 receipts, 1 without an answer.')
  expect(text).toContain('approval-1')
  expect(page(session().slice(0, 2))).toContain('The record has no receipts.')
})

test('how a window of traffic was closed stands there, and what was added behind its end is named', () => {
  const make = recordMaker()
  const start = make(`run-${RUN}`, 'dev.clyra.run.started.v2', startedData({ tool: 'gateway', capture: 'library' }))
  const runs: [string, string, string][] = [['agent-7', '12', 'ab'.repeat(32)]]
  const ends = (records: string) => [
    make(`run-${RUN}`, 'dev.clyra.window.closed.v1', { records, next: 'window-2', runs }),
    make(`run-${RUN}`, 'dev.clyra.run.closed.v1', { run: RUN }),
  ]
  const whole = page([start, ...ends('1')])
  for (const word of ['as it was closed: 1.', 'window-2', 'agent-7']) expect(whole).toContain(word)
  expect(whole).not.toContain('after-close')
  expect(page([start, ...ends('9')])).toContain('its records are not as many as were counted')
})

test('reasons are told in words of what ran, and not of dbt', () => {
  const make = recordMaker()
  const gaps = (['process-not-started', 'process-signalled', 'wrapper-killed'] as const).map((reason) =>
    make(`run-${RUN}`, 'dev.clyra.run.gap.v1', { run: RUN, reason, count: null }),
  )
  const made = page([...session(), ...gaps])
  expect(made).toContain('The process was ended from outside by a signal.')
  expect(made).not.toMatch(/dbt (was|could)|Clyra was/)
})

test('a name that is markup stays text', () => {
  const make = recordMaker()
  const [, , call] = activityRecords(make)
  const hostile = { ...call!, event: { ...call!.event, data: { ...(call!.event.data as object), tool: '<b>x</b>' } } }
  // Holds: a fold looks at the members alone.
  const made = page([hostile as never])
  expect(made).toContain('&lt;b&gt;x')
  expect(made).not.toContain('<b>')
})
