import type { JsonObject } from './json.js'
import type { LogRecord } from './record.js'
import { dataOf, memberOf } from './record-data.js'
import { type Profile, SPEC } from './spec.generated.js'

/** What a run says of itself when it begins, in whichever version. */
export interface RunStart {
  readonly tool: string
  readonly subject: string
  readonly demonstration: boolean
  readonly governance: JsonObject
  readonly policy: string | null
  readonly payout: JsonObject | null
}

/** The run's start: the first that there is. */
export function runStart(run: readonly LogRecord[]): RunStart | undefined {
  return run.map(startOf).find((start) => start !== undefined)
}

/** What a start says; undefined for other records. Version 1 knew no other tool than dbt, and was asked for no payout. */
export function startOf(record: LogRecord): RunStart | undefined {
  const first = dataOf(record, 'dev.clyra.run.started.v1')
  if (first === undefined) return dataOf(record, 'dev.clyra.run.started.v2')
  const [tool, payout] = [memberOf(record.data, 'tool'), memberOf(record.data, 'payout')]
  const isObject = typeof payout === 'object' && payout !== null && !Array.isArray(payout)
  return { ...first, tool: typeof tool === 'string' ? tool : 'dbt', payout: isObject ? payout : null }
}

/** Of which profile a run is, by the tool that it names; without a start it is one of DEF. */
export function profileOf(start: RunStart | undefined, run: readonly LogRecord[]): Profile {
  if (start === undefined) return 'def'
  const { tools, undecided } = SPEC.profiles.def
  const isAmong = (list: readonly string[]) => list.includes(start.tool)
  if (isAmong(tools)) return 'def'
  return isAmong(undecided) && run.some(({ type }) => type.startsWith(SPEC.run.voicedTypes)) ? 'def' : 'pef'
}

/** What a run says of streams of their own. */
export interface Links {
  /** Linked before its first `run.closed`. */
  readonly linked: ReadonlySet<string>
  /** Of later links, which claim nothing. */
  readonly late: readonly string[]
  /** Named by a record before which no link of them stands. */
  readonly unlinked: readonly string[]
}

export function linksOf(run: readonly LogRecord[]): Links {
  const linked = new Set<string>()
  const late: string[] = []
  const unlinked: string[] = []
  let closed = false
  for (const record of run) {
    closed ||= record.type === 'dev.clyra.run.closed.v1'
    for (const stream of streamsNamedBy(record)) if (!linked.has(stream)) unlinked.push(stream)
    const link = dataOf(record, 'dev.clyra.run.linked.v1')
    if (link === undefined) continue
    if (closed) late.push(link.stream)
    else linked.add(link.stream)
  }
  return { linked, late, unlinked }
}

const STREAM_MEMBERS: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(SPEC.run.streamMembers))

/** The streams that a record says it rests on. */
function streamsNamedBy(record: LogRecord): readonly string[] {
  const members = STREAM_MEMBERS.get(record.type)
  if (members === undefined) return NONE
  return members.map((member) => memberOf(record.data, member)).filter((stream) => typeof stream === 'string')
}

const NONE: readonly string[] = []
