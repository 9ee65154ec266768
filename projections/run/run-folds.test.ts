import { describe, expect, test } from 'vitest'
import { exampleBundle, RUN } from '../example-records.test.support.js'
import { RUN_FOLDS, RUN_TYPES } from './fold-run.js'
import { runProjection } from './index.js'

const before = runProjection.initial(RUN)
const records = (['good', 'failing', 'killed'] as const).flatMap((flavour) => exampleBundle(flavour))

test('every member of the state but the run belongs to exactly one fold', () => {
  const owned = RUN_FOLDS.flatMap(({ initial }) => Object.keys(initial))
  expect(owned.sort()).toEqual(
    Object.keys(before)
      .filter((member) => member !== 'run')
      .sort(),
  )
})

test('the names of the folds are their own, and the version of the whole says each of theirs', () => {
  expect(new Set(RUN_FOLDS.map(({ name }) => name)).size).toBe(RUN_FOLDS.length)
  for (const { name, version } of RUN_FOLDS) expect(runProjection.version).toContain(`${name} ${version}`)
})

describe.each(RUN_FOLDS.filter(({ types }) => Object.keys(types).length > 0))('$name', ({ initial, types }) => {
  test('changes no member of another fold, so that its version speaks for its digest alone', () => {
    const own = new Set([...Object.keys(initial), 'records', 'first', 'last'])
    const known = RUN_FOLDS.filter((fold) => fold.types !== types).flatMap((fold) => Object.keys(fold.types))
    for (const record of records) {
      if (!(record.event.type in types) || known.includes(record.event.type)) continue
      const after = runProjection.apply(before, record)
      const changed = Object.entries(after).filter(([name, value]) => value !== before[name as keyof typeof before])
      expect(changed.map(([name]) => name).filter((name) => !own.has(name))).toEqual([])
    }
  })
})

test('the types that are counted as others are those of this version of that fold', () => {
  const others = RUN_FOLDS.find(({ name }) => name === 'run-others')
  // Another list: raise the version of the fold `run-others`, and no other.
  expect({ version: others?.version, known: RUN_TYPES }).toMatchInlineSnapshot(`
    {
      "known": [
        "dev.clyra.anchor.confirmed.v1",
        "dev.clyra.anchor.contradicted.v1",
        "dev.clyra.anchor.provisional.v1",
        "dev.clyra.anchor.unavailable.v1",
        "dev.clyra.artifact.captured.v1",
        "dev.clyra.artifact.repository.v1",
        "dev.clyra.artifact.source.v1",
        "dev.clyra.dbt.invocation.completed.v1",
        "dev.clyra.dbt.invocation.started.v1",
        "dev.clyra.dbt.node.executed.v1",
        "dev.clyra.dbt.node.response.v1",
        "dev.clyra.dbt.source.freshness.v1",
        "dev.clyra.dbt.statement.executed.v1",
        "dev.clyra.dbt.statement.shapes.v1",
        "dev.clyra.dbt.test.result.v1",
        "dev.clyra.finding.raised.v2",
        "dev.clyra.mcp.tool.called.v1",
        "dev.clyra.metrics.observed.v1",
        "dev.clyra.receipt.intended.v1",
        "dev.clyra.receipt.issued.v1",
        "dev.clyra.run.closed.v1",
        "dev.clyra.run.exited.v1",
        "dev.clyra.run.gap.v1",
        "dev.clyra.run.left-out.v1",
        "dev.clyra.run.linked.v1",
        "dev.clyra.run.reread.v1",
        "dev.clyra.run.started.v2",
        "dev.clyra.snapshot.captured.v1",
        "dev.clyra.snapshot.relation.v1",
        "dev.clyra.verdict.given.v1",
        "dev.clyra.window.closed.v1",
      ],
      "version": 4,
    }
  `)
})
