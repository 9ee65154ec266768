import { ClyraError, commandLine } from '../../errors/index.js'
import type { LedgerReader } from '../../ledger/index.js'
import { runStreams } from '../../runtime/views/index.js'

/** A UUIDv7 has its milliseconds in these. */
const SHORT_ID = 13

/**
 * The run that a user means: its id, a beginning of it that no other run has (`exact` takes none), or the newest one
 * for `--last`. Throws RUN_NOT_FOUND or USAGE.
 */
export async function chooseRun(
  ledger: LedgerReader,
  given: string | undefined,
  {
    last = false,
    exact = false,
    command,
  }: { readonly last?: boolean; readonly exact?: boolean; readonly command: string },
): Promise<string> {
  if ((given === undefined) === !last) {
    throw new ClyraError('USAGE', 'name one run, or say --last', { fix: commandLine`${command.split(' ')} --last` })
  }
  if (given === undefined) {
    const [newest] = await runStreams(ledger)
    if (newest !== undefined) return newest
    throw new ClyraError('RUN_NOT_FOUND', 'the ledger has no run yet', { fix: 'clyra run dbt build' })
  }
  const run = given.replace(/^run-(?=.{36}$)/, '')
  if (/^[A-Za-z0-9._:~-]{1,200}$/.test(run) && (await ledger.streamHead(`run-${run}`)) !== undefined) return run
  const [one, ...more] = exact || run === '' ? [] : (await runStreams(ledger)).filter((name) => name.startsWith(run))
  if (one !== undefined && more.length === 0) return one
  const message =
    one === undefined
      ? `the ledger has no run ${JSON.stringify(run)}`
      : `${more.length + 1} runs begin with ${JSON.stringify(run)}`
  throw new ClyraError('RUN_NOT_FOUND', message, { details: { run }, fix: 'clyra runs' })
}

/** The shortest beginnings, of at least `SHORT_ID` characters, by which the runs can be told apart. */
export function shortIds(runs: readonly string[]): ReadonlyMap<string, string> {
  const sorted = [...runs].sort()
  return new Map(
    sorted.map((run, i) => {
      const shared = Math.max(sharedLength(run, sorted[i - 1] ?? ''), sharedLength(run, sorted[i + 1] ?? ''))
      return [run, run.slice(0, Math.max(SHORT_ID, shared + 1))]
    }),
  )
}

function sharedLength(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length++
  return length
}
