import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PROJECT } from '../cli/clyra.js'

const UNIT = ['src', 'connectors', 'projections', 'profiles', 'verifier/ts']

it('a unit test that replaces a module loads it anew, and so does who comes after it in their one process', () => {
  const tests = UNIT.flatMap((room) =>
    readdirSync(join(PROJECT, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules'))
      .map((name) => join(room, name)),
  )
  const replacing = tests.filter((path) => /\bvi\.(mock|doMock)\(/.test(readFileSync(join(PROJECT, path), 'utf8')))
  expect(replacing.length).toBeGreaterThan(0)
  const resets = (path: string) => readFileSync(join(PROJECT, path), 'utf8').split('vi.resetModules()').length - 1
  expect(replacing.filter((path) => resets(path) < 2)).toEqual([])
})
