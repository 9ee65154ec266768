import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CODES } from '../src/index.js'
import { SPEC } from '../src/spec.generated.js'
import { vectors } from './vectors/index.js'
import { resultOf } from './vectors/result-of.js'

describe('golden vectors', () => {
  const all = vectors()

  it.each(all.map((vector) => [`${vector.group}/${vector.name}`, vector] as const))('%s', async (_, vector) => {
    const result = await resultOf(vector)
    const failed = result.checks.filter((check) => check.result === 'fail')
    expect(
      { verdict: result.verdict, code: result.code, failed: failed.map(({ code }) => code) },
      JSON.stringify(failed),
    ).toMatchObject({
      verdict: vector.verdict,
      code: vector.code,
    })
    if (vector.run !== undefined) expect(result.run).toEqual(vector.run)
  })

  it('have results whose members and checks the specification all explains', async () => {
    const section = readFileSync(new URL('../../../spec/bundle/SPEC.md', import.meta.url), 'utf8').split(
      '### The result',
    )[1]!
    const names = new Set<string>()
    for (const vector of all) {
      const result = await resultOf(vector)
      for (const { name } of result.checks) names.add(name)
      for (const member of Object.keys(result)) names.add(member)
    }
    const detached: readonly string[] = SPEC.files.notYetChecked
    expect([...names].filter((name) => !detached.includes(name) && !section.includes(`\`${name}\``))).toEqual([])
  }, 60_000)

  it('show every reason code of the specification', () => {
    const shown = new Set<string>(all.map(({ code }) => code))
    expect(Object.keys(CODES).filter((code) => !shown.has(code))).toEqual([])
  })

  it('have names that are not used twice', () => {
    expect(new Set(all.map(({ group, name }) => `${group}/${name}`)).size).toBe(all.length)
  })
})
