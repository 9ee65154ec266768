import { ClyraError } from '../errors/index.js'
import type { ExpectedRevision } from './ledger.js'

/** `ExpectedRevision` with the revision as the safe integer the core works in. */
export type Expected = 'no-stream' | 'stream-exists' | 'any' | number

/** Throws INVALID_EXPECTED_REVISION: the caller always spells it, and JavaScript callers may spell it wrong. */
export function parseExpected(expected: ExpectedRevision): Expected {
  if (expected === 'no-stream' || expected === 'stream-exists' || expected === 'any') return expected
  if (typeof expected === 'bigint' && expected >= 0n && expected <= BigInt(Number.MAX_SAFE_INTEGER))
    return Number(expected)
  throw new ClyraError(
    'INVALID_EXPECTED_REVISION',
    `the expected revision must be 'no-stream', 'stream-exists', 'any' or a bigint from 0n, not ${String(expected)}`,
  )
}

/** The table of `docs/library.md`, "Expected revisions". `actual` is the last revision, undefined where the stream does not exist. */
export function checkRevision(stream: string, expected: Expected, actual: number | undefined): void {
  if (expected === 'any') return
  const details = {
    stream,
    expected: typeof expected === 'number' ? String(expected) : expected,
    actual: actual === undefined ? null : String(actual),
  }
  if (expected === 'no-stream') {
    if (actual === undefined) return
    throw new ClyraError('STREAM_EXISTS', `the stream ${stream} exists, at revision ${actual}`, { details })
  }
  if (actual === undefined) throw new ClyraError('STREAM_ABSENT', `the stream ${stream} does not exist`, { details })
  if (expected !== 'stream-exists' && expected !== actual) {
    throw new ClyraError('WRONG_REVISION', `the stream ${stream} is at revision ${actual}, not ${expected}`, {
      details,
    })
  }
}
