import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { DEF } from '../../profiles/def/index.js'
import { runProjection } from '../../projections/run/index.js'
import { compareStates, type Digests, digestsOf, tilesSource } from './index.js'

const FOLDER = fileURLToPath(new URL('../../test/fixtures/bundles-0.1/', import.meta.url))
const by = { projections: [runProjection], earlier: DEF.earlier }
const found = await digestsOf(await tilesSource(`${FOLDER}tiles`), [runProjection], undefined)
// Holds: the file is what `clyra replay --write` of that release wrote.
const ofRelease = JSON.parse(readFileSync(`${FOLDER}states.json`, 'utf8')) as Digests

test('the same digests are equal, and all of them are compared', () => {
  expect(compareStates(found, found, by)).toEqual({
    difference: null,
    compared: found.digests.length,
    notCompared: [],
  })
})

test('digests of an earlier release are not called different: nothing of them is compared, and the release is named', () => {
  expect(compareStates(found, ofRelease, by)).toEqual({
    difference: null,
    compared: 0,
    notCompared: [{ what: 'digests of run', madeBy: { name: 'run', version: 2 }, release: '0.1', known: true }],
  })
})

test('a fold of another version leaves the others comparable', () => {
  const older = {
    ...found,
    digests: found.digests.map((one) => (one.projection === 'run-dbt' ? { ...one, version: 7, digest: 'x' } : one)),
  }
  const { difference, compared, notCompared } = compareStates(found, older, by)
  expect([difference, compared]).toEqual([null, found.digests.filter((one) => one.projection !== 'run-dbt').length])
  expect(notCompared).toEqual([
    { what: 'digests of run-dbt', madeBy: { name: 'run-dbt', version: 7 }, release: null, known: false },
  ])
})

const without = (name: string) => found.digests.filter(({ projection }) => projection !== name)

test('a fold that the release of the others had, and that is missing, is a difference', () => {
  const { difference, notCompared } = compareStates(found, { ...found, digests: without('run-dbt') }, by)
  expect(difference).toMatch(/^the digests lack those of run-dbt 1, /)
  expect(notCompared).toHaveLength(1)
})

test('a fold that an earlier release did not have yet is named, and one that it had and that is missing is a difference', () => {
  const folds = runProjection.parts!.filter(({ name }) => name !== 'run-dbt')
  const before = { ...by, earlier: [{ release: 'before', renderer: null, folds }, ...DEF.earlier] }
  expect(compareStates(found, { ...found, digests: without('run-dbt') }, before)).toEqual({
    difference: null,
    compared: without('run-dbt').length,
    notCompared: [{ what: 'digests of run-dbt', madeBy: null, release: null, known: true }],
  })
  const fewer = without('run-dbt').filter(({ projection }) => projection !== 'run-anchor')
  expect(compareStates(found, { ...found, digests: fewer }, before).difference).toMatch(/lack those of run-anchor 1, /)
})

test('digests of a fold by a name of nobody are of no release that is known', () => {
  const others = found.digests.map((one) => (one.projection === 'run-dbt' ? { ...one, projection: 'nobody' } : one))
  const { difference, notCompared } = compareStates(found, { ...found, digests: others }, by)
  expect(difference).toBeNull()
  expect(notCompared).toContainEqual({
    what: 'digests of nobody',
    madeBy: { name: 'nobody', version: 1 },
    release: null,
    known: false,
  })
})

test('another digest, a missing one, another ledger and another length are differences', () => {
  const [first, ...others] = found.digests
  const wrong = [{ ...first!, digest: '0'.repeat(64) }, ...others]
  expect(compareStates(found, { ...found, digests: wrong }, by).difference).toMatch(/has the digest/)
  expect(compareStates(found, { ...found, digests: others }, by).difference).toMatch(/not among the expected/)
  expect(compareStates(found, { ...found, digests: [] }, by).difference).toMatch(/not among the expected/)
  expect(compareStates({ ...found, digests: others }, found, by).difference).toMatch(/the log has nothing for it/)
  expect(compareStates(found, { ...found, origin: 'a.example' }, by).difference).toMatch(/of the ledger a.example/)
  expect(compareStates(found, { ...found, records: '1' }, by).difference).toMatch(/of 1 records/)
})
