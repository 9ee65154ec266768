import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One kind of fault at one place: what `docs/reliability.md` says of it in one row. */
export interface FaultRow {
  /** `EIO in fdatasync`. */
  readonly fault: string
  /** `append, seal`. */
  readonly where: string
  /** Faults that were really caused, each in a run of its own or counted as such. */
  readonly cases: number
  /** Those after which the rule held. */
  readonly survived: number
  /** What must hold afterwards, in one short clause. */
  readonly rule: string
  /** The mutation of the product, as tested, that makes this fail; empty where the row needs none and says why in `rule`. */
  readonly mutation: string
}

/** True where `npm run reliability` asks for every case, false in `npm test`, which takes a bounded part of them. */
export const fullBounds = process.env['CLYRA_FAULTS'] === 'full'

const DIRECTORY = fileURLToPath(new URL('../../.cache/reliability/', import.meta.url))

/**
 * Writes what a suite found to `.cache/reliability/<suite>.json`, from which the page is made. Call it once, at the
 * end of a suite, with the suite's name as a literal: `npm run reliability` finds the suites by that call.
 */
export function reportFaults(suite: string, rows: readonly FaultRow[]): void {
  for (const row of rows) {
    if (row.survived > row.cases || row.cases < 1) throw new Error(`${suite}: ${row.fault} has no sensible counts`)
  }
  mkdirSync(DIRECTORY, { recursive: true })
  const bounds = fullBounds ? 'full' : 'quick'
  // Made aside and renamed: another test file may read what was reported so far.
  const path = `${DIRECTORY}${suite}.json`
  writeFileSync(`${path}.${process.pid}`, `${JSON.stringify({ suite, bounds, rows }, null, 2)}\n`)
  renameSync(`${path}.${process.pid}`, path)
}
