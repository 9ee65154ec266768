import type { KeyHistory } from '@clyra/verify'
import { hex } from '../../canonical/index.js'
import { KEYS_STREAM } from '../../events/index.js'
import type { LedgerReader } from '../../ledger/index.js'
import { withReader } from '../../runtime/index.js'
import { ledgerPlace } from '../../runtime/project/index.js'
import type { Context } from '../context.js'

/** The key of the ledger that this project has, and its own word on all its keys, for `--own`: said by the user, never assumed. */
export async function ownLedgerTrust(context: Context): Promise<{
  readonly path: string
  readonly vkey: string
  readonly genesis: string
  readonly keys: KeyHistory
}> {
  const { state } = ledgerPlace(context)
  return withReader(context, async ({ ledger }) => ({
    path: state,
    vkey: ledger.vkey,
    genesis: hex(ledger.identity),
    keys: await keyHistory(ledger),
  }))
}

/** The size is asked first: what is appended meanwhile may be in the records, and nothing below it is left out. */
async function keyHistory(ledger: LedgerReader): Promise<KeyHistory> {
  const size = await ledger.size()
  const records: { position: number; bytes: Uint8Array }[] = []
  for await (const { position, bytes } of ledger.readAll({ limit: 1 }))
    records.push({ position: Number(position), bytes })
  for await (const { position, bytes } of ledger.readStream(KEYS_STREAM))
    records.push({ position: Number(position), bytes })
  return { size, records }
}
