import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type FaultReport, faultSuites, renderPage } from '../../scripts/reliability-page.mjs'

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

// Written by `npm run reliability` alone, in the shape that it reads them in.
const reports = read(here('docs/reliability.json')) as readonly FaultReport[]

test('docs/reliability.md is what the reports beside it give, not edited by hand', () => {
  expect(readFileSync(here('docs/reliability.md'), 'utf8')).toBe(renderPage(reports))
})

test('every fault suite has its section there, and all of its cases survived', () => {
  expect(reports.map(({ suite }) => suite)).toEqual([...faultSuites().keys()])
  for (const { suite, rows } of reports) {
    expect(rows.length, suite).toBeGreaterThan(0)
    for (const { fault, cases, survived } of rows) expect(survived, `${suite}: ${fault}`).toBe(cases)
  }
})

test('every kind of fault that a suite has just reported here has its row there', () => {
  const cache = here('.cache/reliability')
  // Amounts differ with the bounds of a run.
  const named = (text: string) => text.replace(/\d+/g, '')
  const rows = new Set(reports.flatMap(({ suite, rows }) => rows.map(({ fault }) => `${suite}: ${named(fault)}`)))
  for (const name of existsSync(cache) ? readdirSync(cache).filter((one) => one.endsWith('.json')) : []) {
    const { suite, rows: reported } = read(`${cache}/${name}`) as FaultReport
    if (!faultSuites().has(suite)) continue
    for (const { fault } of reported) expect(rows).toContain(`${suite}: ${named(fault)}`)
  }
})
