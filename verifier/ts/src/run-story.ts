import type { LogRecord } from './record.js'
import { dataOf, memberOf } from './record-data.js'
import { type Profile, SPEC } from './spec.generated.js'
import { type WarehouseHeard, warehouseHeard } from './warehouse-heard.js'

/** How whole one of the voices is that are read from files (`spec/def/SPEC.md`). */
export interface VoiceHeard {
  readonly completeness: 'complete' | 'partial' | 'missing' | 'not-needed'
  /** Sorted, unique reasons. */
  readonly reasons: readonly string[]
}

/** What follows from the records of `run-R` alone. */
export interface RunStory {
  readonly completeness: 'complete' | 'partial' | 'unknown'
  readonly reasons: readonly string[]
  readonly outcome: 'succeeded' | 'failed' | 'interrupted' | 'unknown'
  /** Null for PEF, which has none. */
  readonly voices: Voices | null
}

export interface Voices {
  readonly claim: VoiceHeard
  readonly log: VoiceHeard
  readonly warehouse: WarehouseHeard
}

/** `run`: all records of the run's stream, in their order. */
export function runStory(run: readonly LogRecord[], profile: Profile): RunStory {
  const valid = withoutVoid(run)
  const gaps = valid.flatMap((record) => dataOf(record, 'dev.clyra.run.gap.v1')?.reason ?? [])
  const late = isAfterClose(run, profile) ? [SPEC.run.afterClose] : []
  const reasons = [...new Set([...gaps, ...late])].sort()
  const closed = valid.some(({ type }) => type === 'dev.clyra.run.closed.v1')
  const heard = (voice: 'claim' | 'log') => voiceHeard(valid, voice, reasons, closed)
  return {
    ...completeness(reasons, closed),
    outcome: outcomeOf(valid, reasons),
    voices: profile === 'def' ? { claim: heard('claim'), log: heard('log'), warehouse: warehouseHeard(valid) } : null,
  }
}

/** The records that no later `run.reread` makes void. */
function withoutVoid(run: readonly LogRecord[]): readonly LogRecord[] {
  const silenced = new Set<string>()
  let reread = false
  const valid: LogRecord[] = []
  for (const record of [...run].reverse()) {
    const later = dataOf(record, 'dev.clyra.run.reread.v1')
    const voice = voiceOf(record)
    if (!(reread && VOIDED.has(record.type)) && !(voice !== undefined && silenced.has(voice))) valid.push(record)
    if (later === undefined) continue
    reread = true
    for (const replaced of later.voices) silenced.add(replaced)
  }
  return valid.reverse()
}

const VOIDED: ReadonlySet<string> = new Set(SPEC.run.voidedByReread)

const VOICE_OF_TYPES = Object.entries(SPEC.run.voiceOfTypes)

/** Who speaks in a record; undefined where it is of no voice. */
export function voiceOf(record: LogRecord): string | undefined {
  const { type } = record
  const fixed = VOICE_OF_TYPES.find(([prefix]) => type.startsWith(prefix))?.[1]
  if (fixed !== undefined) return fixed
  const said = type.startsWith(SPEC.run.voicedTypes) ? memberOf(record.data, 'voice') : undefined
  return typeof said === 'string' ? said : undefined
}

/**
 * Something stands behind the end of the run that is no late word of its profile, or a window closed with another count. What
 * was read again ends again: only the records behind the last `run.reread` are looked at.
 */
function isAfterClose(run: readonly LogRecord[], profile: Profile): boolean {
  const lateWords: readonly string[] = SPEC.profiles[profile].lateWords
  let end: 'none' | 'window' | 'run' = 'none'
  for (let revision = lastReread(run) + 1; revision < run.length; revision++) {
    const record = run[revision]! // below the length
    const window = dataOf(record, 'dev.clyra.window.closed.v1')
    if (window !== undefined) {
      if (end !== 'none' || window.records !== revision) return true
      end = 'window'
    } else if (record.type === 'dev.clyra.run.closed.v1') {
      if (end === 'run') return true
      end = 'run'
    } else if (end !== 'none' && !lateWords.includes(record.type)) return true
  }
  return false
}

const lastReread = (run: readonly LogRecord[]): number =>
  run.findLastIndex(({ type }) => type === 'dev.clyra.run.reread.v1')

function completeness(reasons: readonly string[], closed: boolean): Pick<RunStory, 'completeness' | 'reasons'> {
  if (reasons.length > 0) return { completeness: 'partial', reasons }
  return closed ? { completeness: 'complete', reasons } : { completeness: 'unknown', reasons: [SPEC.run.notClosed] }
}

function voiceHeard(
  valid: readonly LogRecord[],
  voice: 'claim' | 'log',
  gaps: readonly string[],
  closed: boolean,
): VoiceHeard {
  const table: Readonly<Record<string, string>> = SPEC.run.gapVoices
  const own = gaps.filter((reason) => Object.hasOwn(table, reason) && table[reason] === voice)
  const reasons = own.length > 0 || closed ? own : [SPEC.run.notClosed]
  const spoke = valid.some((record) => voiceOf(record) === voice)
  if (spoke) return { completeness: reasons.length === 0 ? 'complete' : 'partial', reasons }
  return { completeness: reasons.length === 0 ? 'not-needed' : 'missing', reasons }
}

/** The gravest word wins: interrupted, failed, succeeded; unknown where nobody says. */
function outcomeOf(valid: readonly LogRecord[], gaps: readonly string[]): RunStory['outcome'] {
  let exit: { code: unknown; signal: unknown } = { code: null, signal: null }
  const ends: unknown[] = []
  const statuses = new Map<string, unknown>()
  for (const record of valid) {
    if (!OF_OUTCOME.has(record.type)) continue
    const { type, data } = record
    if (type === 'dev.clyra.run.exited.v1')
      exit = { code: memberOf(data, 'exitCode'), signal: memberOf(data, 'signal') }
    else if (type === 'dev.clyra.dbt.invocation.completed.v1') ends.push(memberOf(data, 'success'))
    else if (STEPS.has(type) && typeof memberOf(data, 'node') === 'string') {
      const step = JSON.stringify([type, voiceOf(record) ?? null, memberOf(data, 'node')])
      statuses.set(step, memberOf(data, 'status'))
    }
  }
  const code = typeof exit.code === 'number' ? exit.code : null
  const signalled =
    typeof exit.signal === 'string' ||
    gaps.includes('process-signalled') ||
    (code !== null && (SPEC.run.interruptedExitCodes as readonly number[]).includes(code))
  if (signalled || [...statuses.values()].includes('interrupted')) return 'interrupted'
  if (ends.includes(false) || (code !== null && code !== 0)) return 'failed'
  return ends.includes(true) || code === 0 ? 'succeeded' : 'unknown'
}

const STEPS: ReadonlySet<string> = new Set(['dev.clyra.dbt.node.executed.v1', 'dev.clyra.dbt.test.result.v1'])
const OF_OUTCOME = new Set([...STEPS, 'dev.clyra.run.exited.v1', 'dev.clyra.dbt.invocation.completed.v1'])
