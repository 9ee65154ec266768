import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'

/** One row of docs/limits.md. */
export interface LimitCase {
  /** The first column. */
  readonly limit: string
  /** Takes what is at the limit, and refuses what is one past it with the code of the row. */
  readonly check: () => void | Promise<void>
}

/** The code that something ends with; `taken` where it does not. */
export async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act()
    return 'taken'
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
    throw error
  }
}

/** At the limit it is taken; one past it, it is refused with `code`. */
export async function atAndPast(code: string, act: (past: boolean) => unknown): Promise<void> {
  expect(await codeOf(() => act(false))).toBe('taken')
  expect(await codeOf(() => act(true))).toBe(code)
}

/** A folder of its own for one case. */
export async function withFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'clyra-limits-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
