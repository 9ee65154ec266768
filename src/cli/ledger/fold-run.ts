import { type RunState, runProjection } from '../../../projections/run/index.js'
import { ClyraError } from '../../errors/index.js'
import type { LedgerRecord } from '../../events/index.js'
import type { Ledger, RecordView } from '../../ledger/ledger.js'

/** The ids of all runs, newest record first. */
export async function runStreams(ledger: Ledger): Promise<string[]> {
  const found: { readonly run: string; readonly position: bigint }[] = []
  for await (const { stream, position } of ledger.streams()) {
    if (stream.startsWith('run-')) found.push({ run: stream.slice('run-'.length), position })
  }
  return found.sort((a, b) => (a.position < b.position ? 1 : a.position > b.position ? -1 : 0)).map(({ run }) => run)
}

/** A run id as the user gave it, or the newest run for `--last`. Throws RUN_NOT_FOUND or USAGE. */
export async function chooseRun(
  ledger: Ledger,
  given: string | undefined,
  last: boolean,
  command: string,
): Promise<string> {
  if ((given === undefined) === !last) {
    throw new ClyraError('USAGE', 'name one run, or say --last', { fix: `${command} --last` })
  }
  const run = given?.replace(/^run-(?=.{36}$)/, '')
  if (run === undefined) {
    const [newest] = await runStreams(ledger)
    if (newest !== undefined) return newest
    throw new ClyraError('RUN_NOT_FOUND', 'the ledger has no run yet', { fix: 'clyra run dbt build' })
  }
  if (/^[A-Za-z0-9._:~-]{1,200}$/.test(run) && (await ledger.streamHead(`run-${run}`)) !== undefined) return run
  throw new ClyraError('RUN_NOT_FOUND', `the ledger has no run ${JSON.stringify(run)}`, {
    details: { run },
    fix: 'clyra runs',
  })
}

/** The state of one run, folded from its stream. */
export async function foldRun(ledger: Ledger, run: string): Promise<RunState> {
  let state = runProjection.initial(run)
  for await (const record of ledger.readStream(`run-${run}`)) state = runProjection.apply(state, plain(record))
  return state
}

/** A record as projections take it. */
export function plain(record: RecordView): LedgerRecord {
  return { position: Number(record.position), leaf: record.leaf, bytes: record.bytes, event: record.event }
}
