/** Each row of docs/limits.md, at its limit and one past it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { APPEND_LIMITS } from './append-limits.js'
import { READ_LIMITS } from './read-limits.js'

const CASES = [...APPEND_LIMITS, ...READ_LIMITS]

describe('what is stated in docs/limits.md is taken, and one more is refused:', () => {
  it.each(CASES.map(({ limit, check }) => [limit, check] as const))('%s', async (_, check) => {
    await check()
  })
})

it('every row of docs/limits.md has its test, and every test its row', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/limits.md', import.meta.url)), 'utf8')
  const rows = [...page.matchAll(/^\| ([^|]+?) \| [^|]+ \| [^|]+ \|$/gm)].map((row) => row[1])
  const stated = rows.filter((row) => row !== 'limit' && row !== '---')
  expect(CASES.map(({ limit }) => limit)).toEqual(stated)
})
