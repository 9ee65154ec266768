import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wrappedRunIn } from './wrapped-run-in.js'

const NONE = { json: false, quiet: false, verbose: false }

describe('a wrapped run', () => {
  it.each<[string, string, object]>([
    [
      'stands after the options of Clyra',
      'run --json -q dbt build',
      { args: ['build'], options: { json: true, quiet: true, verbose: false } },
    ],
    ['may have an explicit border', 'run dbt -- build --json', { args: ['build', '--json'], options: NONE }],
    ['names its ledger in a word of its own', 'run --ledger there dbt build', { args: ['build'], ledger: 'there' }],
    ['names its ledger in one word', 'run --ledger=there dbt', { args: [], ledger: 'there' }],
    ['leaves every option after dbt to dbt', 'run dbt -v --ledger x', { args: ['-v', '--ledger', 'x'], options: NONE }],
  ])('%s', (_what, line, expected) => {
    expect(wrappedRunIn(line.split(' '))).toMatchObject(expected)
  })

  it.each([
    'runs',
    'run',
    'run --help',
    'run -qv dbt',
    'run sqlmesh dbt',
    'run --ledger',
    'run --ledger -q dbt',
    'help run dbt',
  ])('is not told apart in `%s`, which the parser must judge', (line) =>
    expect(wrappedRunIn(line.split(' '))).toBeUndefined(),
  )

  it('gives dbt every word that stands after it, whatever that is', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 6 }), (words) => {
        fc.pre(words[0] !== '--')
        expect(wrappedRunIn(['run', 'dbt', ...words])?.args).toEqual(words)
      }),
    )
  })
})
