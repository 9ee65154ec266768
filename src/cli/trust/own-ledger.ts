import { hex } from '../../canonical/index.js'
import { type Context, ledgerPlace } from '../context.js'
import { withReader } from '../ledger/open-ledger.js'

/** The key of the ledger that this project has, for `--own`: said by the user, never assumed. */
export async function ownLedgerTrust(context: Context): Promise<{
  readonly path: string
  readonly vkey: string
  readonly genesis: string
}> {
  const { state } = ledgerPlace(context)
  return withReader(context, async ({ ledger }) => ({ path: state, vkey: ledger.vkey, genesis: hex(ledger.identity) }))
}
