import { ClyraError } from '../../errors/index.js'
import type { LedgerReader, RecordView } from '../../ledger/index.js'

/** A record by its position or its event's id. Throws INVALID_POSITION or USAGE where there is none. */
export async function findRecord(ledger: LedgerReader, which: string): Promise<RecordView> {
  const position = await positionOf(ledger, which)
  for await (const record of ledger.readAll({ from: position, limit: 1 })) return record
  throw new ClyraError(
    'INVALID_POSITION',
    `the ledger has ${await ledger.size()} records; there is none at ${position}`,
    {
      details: { position },
      fix: 'clyra log tail',
    },
  )
}

export async function positionOf(ledger: LedgerReader, which: string): Promise<bigint> {
  if (/^(0|[1-9][0-9]{0,15})$/.test(which)) return BigInt(which)
  if (!/^[0-9a-f-]{36}$/.test(which)) {
    throw new ClyraError('USAGE', `${JSON.stringify(which)} is neither a position nor the id of an event`, {
      details: { given: which },
      fix: 'clyra log tail',
    })
  }
  const [position] = await ledger.positionsOf([which])
  if (position !== undefined) return position
  throw new ClyraError('INVALID_POSITION', `no record has the event id ${which}`, {
    details: { id: which },
    fix: 'clyra log tail',
  })
}

/** A decimal position from a flag. Throws INVALID_POSITION. */
export function parsePosition(text: string, what: string): bigint {
  if (/^(0|[1-9][0-9]{0,15})$/.test(text)) return BigInt(text)
  throw new ClyraError(
    'INVALID_POSITION',
    `${what} must be a decimal number without leading zeros, not ${JSON.stringify(text)}`,
    {
      details: { given: text },
    },
  )
}
