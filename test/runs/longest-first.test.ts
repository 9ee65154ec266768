import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { LONGEST } from './longest-first.js'

it('every file that is begun first is there, and is named once', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  expect(LONGEST.filter((path) => !existsSync(`${root}${path}`))).toEqual([])
  expect(new Set(LONGEST).size).toBe(LONGEST.length)
})
