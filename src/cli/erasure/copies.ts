import { closeSync, fsyncSync, writeSync } from 'node:fs'
import * as z from 'zod'
import { ClyraError, codedError, fromSystemError } from '../../errors/index.js'
import { layoutOf } from '../../stores/state/index.js'
import { isMissingFile, openStateFile, readTextSyncBounded } from '../../system/index.js'
import type { Context } from '../context.js'

/* `copies.ndjson` beside the log, copied with it: where copies of secret things went. A line of JSON each, only added to. */
const LARGEST = 64 << 20

const copy = z.strictObject({
  /** `backup` holds keys and vault; the others show what was asked for in clear. `gone`: a backup is no more. */
  kind: z.enum(['backup', 'opened', 'embedded', 'artifacts', 'gone']),
  /** Absolute. */
  path: z.string().min(1),
  /** What is shown of a run names it; null for a backup. */
  run: z.string().nullable(),
  at: z.string(),
})
export type Copy = z.infer<typeof copy>

/** Notes a copy before it is made, flushed. Throws what the file system says. */
export function noteCopy(state: string, { environment }: Context, made: Omit<Copy, 'at'>): void {
  const path = layoutOf(state).copies
  const line = `${JSON.stringify({ ...made, at: environment.now().toISOString() } satisfies Copy)}\n`
  let file: number | undefined
  try {
    file = openStateFile(path, 'a')
    // One write: lines of two processes do not mix, and a crash cuts off the last one only.
    writeSync(file, line)
    fsyncSync(file)
  } catch (error) {
    throw fromSystemError(error, 'write', path)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** The same for something shown to people, before it has its name: where it cannot be noted (a ledger that is only read) that is said. */
export function noteShown(state: string, context: Context, made: Omit<Copy, 'at'>): void {
  try {
    noteCopy(state, context, made)
  } catch (thrown) {
    const { message, code } = codedError(thrown)
    context.output.warn(`an erasure of this run will not name this copy: ${message} (${code})`)
  }
}

/** What was noted, in its order; a backup that is gone is left out. Throws STORE_FAILED for lines that cannot be read. */
export function readCopies(state: string): Copy[] {
  const path = layoutOf(state).copies
  const lines = textOf(path).split('\n')
  // A last line without its end is what a crash left: the copy was not made yet.
  lines.pop()
  const noted = lines.map((line, index) => parseLine(line, path, index + 1))
  return noted.filter(
    ({ kind, path: where }, index) =>
      kind !== 'gone' && !noted.slice(index).some((later) => later.kind === 'gone' && later.path === where),
  )
}

function parseLine(line: string, path: string, number: number): Copy {
  try {
    return copy.parse(JSON.parse(line))
  } catch (cause) {
    throw new ClyraError('STORE_FAILED', `${path} is damaged in line ${number}: which copies there are is not known`, {
      details: { path, line: number },
      cause,
    })
  }
}

function textOf(path: string): string {
  try {
    return readTextSyncBounded(path, {
      limit: LARGEST,
      tooLarge: 'STORE_FAILED',
      what: 'the list of copies',
      follow: false,
    })
  } catch (error) {
    if (isMissingFile(error)) return ''
    throw error
  }
}
