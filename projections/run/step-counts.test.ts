import { describe, expect, test } from 'vitest'
import { exampleBundle, nodeData, RUN, recordMaker, testData } from '../example-records.test.support.js'
import { changedRelations, type RunView, runProjection, stepCounts, whatRuns } from './index.js'

type Records = ReturnType<typeof exampleBundle>
const STREAM = `run-${RUN}`
const view = (records: Records): RunView =>
  runProjection.render(
    records.filter(({ event }) => event.stream === STREAM).reduce(runProjection.apply, runProjection.initial(RUN)),
  )
const node = (name: string, claim: string, log: string = claim) => {
  const make = recordMaker(500)
  const id = `model.jaffle_shop.${name}`
  return (['claim', 'log'] as const).map((voice) =>
    make(
      STREAM,
      'dev.clyra.dbt.node.executed.v1',
      nodeData(id, voice, { status: (voice === 'claim' ? claim : log) as 'success' }),
    ),
  )
}
const namesOf = (relations: ReturnType<typeof changedRelations>['changed']) =>
  relations.map(({ node }) => node.node.split('.').at(-1))

describe('how many steps there were', () => {
  test('each counts once, under the gravest word that any voice says of it', () => {
    const good = stepCounts(view(exampleBundle('good')))
    expect(good).toEqual({ total: 10, failed: 0, unfinished: 0, skipped: 0, warned: 0, succeeded: 10 })
    expect(stepCounts(view(exampleBundle('failing')))).toMatchObject({ total: 10, failed: 2, succeeded: 8 })
    const more = [...node('a', 'success', 'error'), ...node('b', 'interrupted'), ...node('c', 'skipped')]
    expect(stepCounts(view([...exampleBundle('good'), ...more]))).toMatchObject({
      failed: 1,
      unfinished: 1,
      skipped: 1,
    })
  })

  test('a test that only warns is a warning', () => {
    const make = recordMaker(500)
    const warned = make(STREAM, 'dev.clyra.dbt.test.result.v1', testData('test.a.b.c', 'claim', { status: 'warn' }))
    expect(stepCounts(view([...exampleBundle('good'), warned]))).toMatchObject({ warned: 1, failed: 0 })
  })
})

describe('what a run changed', () => {
  test('a step that failed, was skipped or did nothing is no change', () => {
    const more = [...node('a', 'error'), ...node('b', 'skipped'), ...node('c', 'no-op'), ...node('d', 'success')]
    const { changed, unclear } = changedRelations(view([...exampleBundle('good'), ...more]))
    expect(namesOf(changed)).toContain('d')
    for (const name of ['a', 'b', 'c']) expect([...namesOf(changed), ...namesOf(unclear)]).not.toContain(name)
  })

  test('a relation that is absent in the warehouse is no change, whatever dbt says', () => {
    const run = view(exampleBundle('failing'))
    const absent = run.relations.find(({ present }) => present === false)
    expect(run.nodes.find((one) => one.node === absent?.node)?.claim?.status).toBe('success')
    expect(namesOf(changedRelations(run).changed)).not.toContain(absent?.node.split('.').at(-1))
  })

  test('where voices differ, or a step did not end, it is not clear', () => {
    const more = [...node('a', 'success', 'error'), ...node('b', 'interrupted'), ...node('c', 'partial')]
    const { unclear } = changedRelations(view([...exampleBundle('good'), ...more]))
    expect(namesOf(unclear)).toEqual(['a', 'b', 'c'])
  })

  test.each(['compile', 'docs generate', 'show', 'ls', 'list', 'parse', 'test', 'source freshness'])(
    'dbt %s changes nothing, even where its results call every node a success',
    (command) => {
      const run = { ...view(exampleBundle('good')), command }
      expect(changedRelations(run)).toEqual({ changed: [], unclear: [] })
      expect(whatRuns(command).builds).toBe(false)
    },
  )

  test('a command that nobody names may have changed anything', () => {
    expect(whatRuns(null)).toEqual(whatRuns('build'))
    expect(whatRuns('constructor')).toEqual(whatRuns('build'))
  })
})
