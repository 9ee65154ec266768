import type { JsonValue } from './json.js'
import type { LogRecord } from './record.js'
import { memberOf } from './record-data.js'
import { SPEC } from './spec.generated.js'

/** How far the warehouse itself was asked. */
export interface WarehouseHeard {
  readonly completeness: 'asked' | 'partly' | 'not-asked' | 'not-needed'
  /** Sorted, unique. */
  readonly reasons: readonly string[]
}

/**
 * How far the warehouse was asked, from the valid records of a run: where it stood before and after, and whether each
 * relation that a voice says was built was looked up.
 */
export function warehouseHeard(valid: readonly LogRecord[]): WarehouseHeard {
  const phases = [unheardIn(valid, 'before'), unheardIn(valid, 'after')] as const
  const { read, unread } = relations(valid)
  // Where it was not asked after the run, the reason for that says all.
  const unlooked = unread && phases[1].length === 0 ? ['relations-not-read'] : []
  const reasons = [...new Set([...phases.flat(), ...unlooked])].sort()
  if (reasons.length === 0) return { completeness: 'asked', reasons }
  if (needsNoWarehouse(valid)) return { completeness: 'not-needed', reasons: [] }
  const something = read || phases.some((phase) => phase.length === 0)
  return { completeness: something ? 'partly' : 'not-asked', reasons }
}

const ANCHOR = 'dev.clyra.anchor.'
const UNAVAILABLE = 'dev.clyra.anchor.unavailable.v1'
const OF_NODES = new Set(['dev.clyra.snapshot.relation.v1', 'dev.clyra.dbt.node.executed.v1'])

/** Why there is no reading of that phase; nothing where there is one. */
function unheardIn(valid: readonly LogRecord[], phase: 'before' | 'after'): string[] {
  const ofPhase = valid.filter((record) => record.type.startsWith(ANCHOR) && memberOf(record.data, 'phase') === phase)
  if (ofPhase.some(({ type }) => type !== UNAVAILABLE)) return []
  if (ofPhase.length === 0) return [`${phase}-missing`]
  return ofPhase.map(({ data }) => {
    const code = memberOf(data, 'code')
    const known = typeof code === 'string' && /^[A-Z_]{1,64}$/.test(code)
    return `${phase}-${known ? code.toLowerCase().replaceAll('_', '-') : 'unknown'}`
  })
}

/** Whether the warehouse told of any relation, and whether it did not tell of one that was built. */
function relations(valid: readonly LogRecord[]): { readonly read: boolean; readonly unread: boolean } {
  const told = new Map<string, { readonly node: string; readonly present: boolean }>()
  const steps = new Map<string, Map<string | undefined, JsonValue>>()
  for (const record of valid) {
    if (!OF_NODES.has(record.type)) continue
    const { type, data } = record
    const node = memberOf(data, 'node')
    if (typeof node !== 'string') continue
    if (type === 'dev.clyra.snapshot.relation.v1') {
      const key = JSON.stringify([node, memberOf(data, 'relation') ?? null])
      told.set(key, { node, present: typeof memberOf(data, 'present') === 'boolean' })
    } else if (type === 'dev.clyra.dbt.node.executed.v1') {
      const voices = steps.get(node) ?? new Map<string | undefined, JsonValue>()
      steps.set(node, voices.set(text(memberOf(data, 'voice')) ?? undefined, data))
    }
  }
  const read = new Set([...told.values()].filter(({ present }) => present).map(({ node }) => node))
  return { read: read.size > 0, unread: [...steps].some(([node, voices]) => built(voices) && !read.has(node)) }
}

/** A voice's last word of the step is success, it names a relation, and the step is not ephemeral. */
function built(voices: ReadonlyMap<string | undefined, JsonValue>): boolean {
  const [claim, log] = [voices.get('claim'), voices.get('log')]
  const materialized = text(memberOf(claim, 'materialized')) ?? text(memberOf(log, 'materialized'))
  if (materialized === 'ephemeral') return false
  return [claim, log].some(
    (said) => memberOf(said, 'status') === 'success' && Array.isArray(memberOf(said, 'relation')),
  )
}

/** Every command that is named is one that changes nothing in a warehouse, and there is one. */
function needsNoWarehouse(valid: readonly LogRecord[]): boolean {
  const commands = valid
    .filter(({ type }) => type === 'dev.clyra.dbt.invocation.started.v1')
    .flatMap(({ data }) => text(memberOf(data, 'command')) ?? [])
  const harmless: readonly string[] = SPEC.run.commandsWithoutWarehouse
  return commands.length > 0 && commands.every((command) => harmless.includes(command))
}

const text = (value: JsonValue | undefined): string | null => (typeof value === 'string' ? value : null)
