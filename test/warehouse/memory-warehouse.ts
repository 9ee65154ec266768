import { setTimeout as sleep } from 'node:timers/promises'
import { type DraftEvent, runDraft } from '../../src/events/index.js'
import type { ClaimedRelation, ProfileFields, Warehouse, WarehouseKind } from '../../src/ports/index.js'

/** What one warehouse in memory holds. */
interface MemoryWarehouse {
  readonly identity: string
  readonly schema: string
  readonly tables: ReadonlySet<string>
}

export type Account = MemoryWarehouse | 'silent'

const SOURCE = 'urn:clyra:memory'
const DIGEST = '0'.repeat(64)

/**
 * A kind of warehouse whose accounts lie in memory: what a connector has to bring, in one page. It speaks in Postgres'
 * events, as every connector does until it has a family of its own.
 */
export function memoryKind(accounts: ReadonlyMap<string, Account>, connected: () => void): WarehouseKind {
  return {
    kind: 'memory',
    target({ fields, now }) {
      const account = read(fields, 'account')
      if (!account.ok) return account
      const schema = read(fields, 'schema')
      if (!schema.ok) return schema
      const open = async (limitMs: number): Promise<MemoryWarehouse | 'UNREACHABLE' | 'TIMED_OUT'> => {
        connected()
        const found = accounts.get(account.value)
        if (found !== 'silent') return found ?? 'UNREACHABLE'
        await sleep(limitMs)
        return 'TIMED_OUT'
      }
      return { ok: true, schema: schema.value, warehouse: warehouse(open, now) }
    },
  }
}

function read(fields: ProfileFields | undefined, name: string) {
  const found = fields?.(name) ?? ({ ok: true, value: undefined } as const)
  if (!found.ok) return found
  return found.value === undefined
    ? ({ ok: false, reason: 'field-missing', says: `the profile names no ${name}` } as const)
    : ({ ok: true, value: found.value } as const)
}

function warehouse(
  open: (limitMs: number) => Promise<MemoryWarehouse | 'UNREACHABLE' | 'TIMED_OUT'>,
  now: () => Date,
): Warehouse {
  const seconds = { anchor: null, relations: null }
  const unavailable = (run: string, phase: 'before' | 'after', code: 'UNREACHABLE' | 'TIMED_OUT', detail: string) => {
    const data = { system: 'postgres', phase, code, detail, dsnHash: null } as const
    return runDraft(run, SOURCE, phase, 'dev.clyra.anchor.unavailable.v1', now().toISOString(), data)
  }
  return {
    async before({ run, limitMs, isLate }) {
      const found = await open(limitMs)
      if (typeof found === 'string') return { seconds, drafts: [unavailable(run, 'before', found, 'none')] }
      const readAt = now()
      const late = await isLate(readAt)
      return {
        seconds,
        drafts: late
          ? [unavailable(run, 'before', 'TIMED_OUT', 'late')]
          : [
              runDraft(
                run,
                SOURCE,
                'before',
                'dev.clyra.anchor.provisional.v1',
                time(readAt),
                position(found, 'before', readAt),
              ),
            ],
      }
    },
    async after({ run, limitMs, built, before }) {
      const found = await open(limitMs)
      const readAt = now()
      if (typeof found === 'string') return { seconds, drafts: [unavailable(run, 'after', found, 'none')] }
      const claimed = await built
      return {
        seconds,
        drafts: [
          anchorAfter(run, found, readAt, await before),
          ...claimed.map((one) => relation(run, found, one, readAt)),
        ],
      }
    },
    async doctor() {
      const found = await open(100)
      return typeof found === 'string'
        ? [{ check: 'memory', status: 'fail', message: found, fix: null }]
        : [{ check: 'memory', status: 'ok', message: 'it is there', fix: null }]
    },
  }
}

const time = (at: Date): string => at.toISOString()

const position = (found: MemoryWarehouse, phase: 'before' | 'after', at: Date) => ({
  system: 'postgres' as const,
  phase,
  dsnHash: DIGEST,
  serverVersion: '1',
  systemIdentifier: found.identity,
  timeline: '1',
  lsn: '0/1',
  snapshot: null,
  anchorSessionXid: null,
  observedAt: time(at),
  failed: [],
  warnings: [],
})

function anchorAfter(run: string, found: MemoryWarehouse, at: Date, before: readonly DraftEvent[]): DraftEvent {
  const data = position(found, 'after', at)
  const held = before.find(({ type }) => type === 'dev.clyra.anchor.provisional.v1')
  if (held === undefined) return runDraft(run, SOURCE, 'after', 'dev.clyra.anchor.provisional.v1', time(at), data)
  const against = { ...data, provisional: held.id }
  // Holds: what `position` above gave.
  const same = (held.data as typeof data).systemIdentifier === found.identity
  return same
    ? runDraft(run, SOURCE, 'after', 'dev.clyra.anchor.confirmed.v1', time(at), against)
    : runDraft(run, SOURCE, 'after', 'dev.clyra.anchor.contradicted.v1', time(at), {
        ...against,
        reasons: ['system-identifier-differs'],
      })
}

function relation(
  run: string,
  found: MemoryWarehouse,
  { node, relation: name }: ClaimedRelation,
  at: Date,
): DraftEvent {
  const present = found.tables.has(`${name[1]}.${name[2]}`)
  return runDraft(run, SOURCE, node, 'dev.clyra.snapshot.relation.v1', time(at), {
    voice: 'warehouse',
    system: 'postgres',
    node,
    relation: [...name],
    observedAt: time(at),
    present,
    kind: present ? 'table' : null,
    columns: [],
    columnsTruncated: false,
    estimatedRows: null,
    newestCommit: null,
    unavailable: present ? 'no-rows' : 'absent',
  })
}
