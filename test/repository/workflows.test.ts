import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import * as z from 'zod'
import { chosenParts } from '../../scripts/test-parts.mjs'

const folder = fileURLToPath(new URL('../../.github/workflows/', import.meta.url))
const texts = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))

const step = z.strictObject({
  name: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  run: z.string().optional(),
})
/** As much of the workflow syntax as is used here: a misspelt key is refused. */
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.enum(['push', 'pull_request', 'schedule', 'workflow_dispatch']), z.unknown()),
  permissions: z.strictObject({ contents: z.literal('read') }),
  jobs: z.record(
    z.string(),
    z.strictObject({
      name: z.string().optional(),
      'runs-on': z.literal('ubuntu-24.04'),
      'timeout-minutes': z.number().max(40),
      strategy: z
        .strictObject({ 'fail-fast': z.boolean(), matrix: z.record(z.string(), z.array(z.unknown())) })
        .optional(),
      steps: z
        .array(step.refine(({ uses, run }) => (uses === undefined) !== (run === undefined), 'uses or run'))
        .min(1),
    }),
  ),
})

function parsed(text: string): z.infer<typeof workflow> {
  const document = parseDocument(text, { strict: true, uniqueKeys: true })
  expect([...document.errors, ...document.warnings]).toEqual([])
  return workflow.parse(document.toJS())
}
const stepsOf = (text: string) => Object.values(parsed(text).jobs).flatMap(({ steps }) => steps)
/** What other people's code a workflow runs without its digest. */
const unpinned = (text: string) =>
  stepsOf(text).flatMap(({ uses }) =>
    uses === undefined || /^[a-z-]+\/[a-z-]+@[0-9a-f]{40}$/.test(uses) ? [] : [uses],
  )

describe('the workflows', () => {
  it.each([...texts])('%s is well formed, may only read, and names every action by its commit', (_, text) => {
    expect(unpinned(text)).toEqual([])
    // The version that a digest stands for is said beside it.
    const uses = text.split('\n').filter((line) => line.includes('uses:'))
    expect(uses.filter((line) => !/ # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
    for (const { uses, with: options } of stepsOf(text))
      if (uses?.startsWith('actions/checkout@') === true)
        expect(options).toMatchObject({ 'persist-credentials': false })
  })

  it('ask for advisories every day, and where a lock file changes', () => {
    const { on, jobs } = parsed(texts.get('advisories.yml') ?? '')
    expect(on.schedule).toEqual([{ cron: expect.stringMatching(/^\d+ \d+ \* \* \*$/) }])
    expect(on.pull_request).toMatchObject({ paths: expect.arrayContaining(['**/package-lock.json', '**/Cargo.lock']) })
    expect(JSON.stringify(jobs['shipped'])).toContain('npm audit --package-lock-only --omit=dev --audit-level=info')
  })

  it('take every part of `npm test`, on each Node that is supported', () => {
    const { jobs } = parsed(texts.get('ci.yml') ?? '')
    const { part = [], node } = jobs['test']?.strategy?.matrix ?? {}
    expect(node).toEqual([20, 24])
    const names = (parts: ReturnType<typeof chosenParts>) => {
      if (typeof parts === 'string') throw new Error(parts)
      return parts.map(({ name }) => name)
    }
    // Each job runs the unit tests on its own Node: none needs those on another one.
    const whole = names(chosenParts([])).filter((name) => name !== 'unit-24')
    expect(new Set(part.flatMap((one) => names(chosenParts([z.string().parse(one)]))))).toEqual(new Set(whole))
  })

  it('are refused with a tag in place of a commit, a right to write, or a key that nobody knows', () => {
    const text = texts.get('ci.yml') ?? ''
    expect(unpinned(text.replace(/@[0-9a-f]{40}/, '@v4'))).toEqual(['actions/checkout@v4'])
    expect(() => parsed(text.replace('contents: read', 'contents: write'))).toThrow()
    expect(() => parsed(text.replace('timeout-minutes', 'timeout-minuets'))).toThrow()
    expect(() => parsed(`${text}\nname: again\n`)).toThrow()
  })
})
