import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { layoutOf } from '../../stores/state/index.js'
import type { Context } from '../context.js'
import { noteCopy, readCopies } from './copies.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clyra-copies-'))
  mkdirSync(join(folder, '.clyra'))
})
afterEach(() => rmSync(folder, { recursive: true }))

// Only the clock is asked for.
const context = { environment: { now: () => new Date(0) } } as Context
const backup = { kind: 'backup', path: '/kept/elsewhere', run: null } as const

test('a copy is noted and read again, until it is gone', () => {
  const state = join(folder, '.clyra')
  noteCopy(state, context, backup)
  expect(readCopies(state)).toEqual([{ ...backup, at: '1970-01-01T00:00:00.000Z' }])
  noteCopy(state, context, { ...backup, kind: 'gone' })
  expect(readCopies(state)).toEqual([])
})

test('a link in the place of the list is not written through', () => {
  const state = join(folder, '.clyra')
  const victim = join(folder, 'victim.txt')
  writeFileSync(victim, 'what the user wrote\n')
  symlinkSync(victim, layoutOf(state).copies)
  expect(() => noteCopy(state, context, backup)).toThrow(expect.objectContaining({ code: 'NOT_A_REGULAR_FILE' }))
  expect(readFileSync(victim, 'utf8')).toBe('what the user wrote\n')
})
