import type { WAREHOUSE_SYSTEMS } from '../../src/events/codes/index.js'
import type { EventData } from '../../src/events/families/index.js'
import type { AppendList } from './append-list.js'
import type { Counted } from './counted.js'
import type { SortedList } from './sorted-list.js'

/**
 * What happened in one run, as its stream tells it. Plain JSON without floats; positions and row counts are decimal
 * strings, our own counters integers. The three voices stand side by side and are never merged.
 */
export type RunState = {
  readonly run: string
  /** How many records of the stream were folded. */
  readonly records: number
  readonly first: Mark | null
  readonly last: Mark | null
  readonly started: Started | null
  readonly exited: { readonly exitCode: number | null; readonly signal: string | null } | null
  /** Streams of their own that the run rests on. */
  readonly links: AppendList<Link>
  /** Later readings of the run: each made gaps, findings and `closed` before it void, and its voices' records. */
  readonly rereads: AppendList<Reread>
  readonly closed: boolean
  /** There was a `closed` once, whether or not a later reading made it void. */
  readonly ended: boolean
  /** What ended the run since it was read last: a window of traffic is closed before the run is. */
  readonly end: 'none' | 'window' | 'run'
  /** Behind its end stands what is no late word, or its window counted other records than there are. */
  readonly afterClose: boolean
  readonly window: Window | null
  /** By reason. */
  readonly gaps: SortedList<Gap>
  readonly invocations: AppendList<Invocation>
  readonly completions: AppendList<Completion>
  /** By dbt's unique id. */
  readonly nodes: SortedList<NodeVoices>
  readonly tests: SortedList<TestVoices>
  /** What the adapter answered beside code and rows, by node and voice. */
  readonly responses: SortedList<NodeResponse>
  /** By source and voice. */
  readonly freshness: SortedList<Freshness>
  readonly statements: Statements
  /** By node and relation: the warehouse's newest word. */
  readonly relations: SortedList<RelationState>
  readonly snapshots: AppendList<Snapshot>
  readonly anchors: AppendList<Anchor>
  /** Gravest first, then by code, node and position. */
  readonly findings: SortedList<Finding>
  readonly artifacts: AppendList<Artifact>
  /** By path. */
  readonly sources: SortedList<Source>
  /** What version control says of the project: the newest word. */
  readonly repository: Repository | null
  /** What lay with the run's files and is not in the record, by kind of source, name and reason. */
  readonly leftOut: SortedList<LeftOut>
  /** By what was measured, and on what. */
  readonly metrics: SortedList<Metric>
  /** What was intended and has no receipt, by receipt. */
  readonly openIntents: SortedList<Intent>
  /** By outcome of the decision. */
  readonly receipts: Counted<Receipt>
  readonly verdicts: Counted<Verdict>
  /** Tools that an agent called. */
  readonly calls: Counted<Call>
  /** Records of a type that this projection does not know, by type: counted, never skipped in silence. */
  readonly others: SortedList<TypeCount>
}

/** A state while records are folded into it: a copy that nobody else has. What its members hold is still shared. */
export type RunDraft = { -readonly [Member in keyof RunState]: RunState[Member] }

/** Where a record stands and when the ledger took it. */
export type Mark = { readonly position: string; readonly recordedAt: string }

type At = { readonly position: string }
type Data<T extends keyof EventData> = EventData[T]

export type Started = Data<'dev.clyra.run.started.v2'> & {
  /** The producer's claim of when. */
  readonly time: string
  readonly source: string
  readonly submitter: string
  readonly actor: string | null
}
/** `late`: made after the run was closed for the first time, so that it claims nothing. */
export type Link = Omit<Data<'dev.clyra.run.linked.v1'>, 'run'> & At & { readonly late: boolean }
export type Reread = Omit<Data<'dev.clyra.run.reread.v1'>, 'run'> & At & { readonly time: string }
export type LeftOut = Omit<Data<'dev.clyra.run.left-out.v1'>, 'run'> & At
/** The window of a gateway's traffic: how many records it counted, the run of the next one, whose runs went through it. */
export type Window = Data<'dev.clyra.window.closed.v1'> & At
export type Gap = {
  readonly reason: Data<'dev.clyra.run.gap.v1'>['reason']
  /** The newest count given. */
  readonly count: number | null
  readonly position: string
}
/** `sealedArguments`: there is a command line, withheld. */
export type Invocation = Omit<Data<'dev.clyra.dbt.invocation.started.v1'>, 'arguments'> &
  At & { readonly time: string; readonly sealedArguments: boolean }
export type Completion = Data<'dev.clyra.dbt.invocation.completed.v1'> & At & { readonly time: string }

type NodeData = Data<'dev.clyra.dbt.node.executed.v1'>
type TestData = Data<'dev.clyra.dbt.test.result.v1'>

/** `sealedMessage`: there is a message, withheld. `times`: how often this voice spoke of the node; the newest stands here. */
type Said = At & { readonly sealedMessage: boolean; readonly times: number }
/** What each voice says of a node; null where it says nothing. At least one speaks. */
export type Voices<S extends Said> = {
  readonly node: string
  readonly claim: S | null
  readonly log: S | null
  readonly warehouse: S | null
}

export type NodeSaid = Said &
  Pick<
    NodeData,
    | 'resourceType'
    | 'materialized'
    | 'relation'
    | 'status'
    | 'startedAt'
    | 'completedAt'
    | 'executionSeconds'
    | 'thread'
    | 'adapterCode'
    | 'rowsAffected'
  >
export type NodeVoices = Voices<NodeSaid>
export type TestSaid = Said &
  Pick<
    TestData,
    'tested' | 'severity' | 'status' | 'failures' | 'startedAt' | 'completedAt' | 'executionSeconds' | 'thread'
  >
export type TestVoices = Voices<TestSaid>

export type NodeResponse = Data<'dev.clyra.dbt.node.response.v1'> & At
export type Freshness = Omit<Data<'dev.clyra.dbt.source.freshness.v1'>, 'message'> &
  At & { readonly sealedMessage: boolean }

type StatementData = Data<'dev.clyra.dbt.statement.executed.v1'>
export type Statement = Omit<StatementData, 'invocation' | 'text' | 'fingerprintKey'> &
  At & { readonly sealedText: boolean }
export type Tally = {
  readonly total: number
  readonly failed: number
  readonly unknown: number
  /** Sum of the rows that the statements tell, decimal. */
  readonly rows: string
}
export type Statements = {
  readonly total: number
  readonly byOutcome: SortedList<number>
  readonly byOrigin: SortedList<number>
  /** By first keyword; `COMMIT` and `ROLLBACK` for those without text, `-` where there is none. */
  readonly byVerb: SortedList<Tally>
  readonly byNode: SortedList<Tally>
  readonly truncated: number
  readonly multiStatement: number
  /** In the order of the stream: the first `LISTED`, then of the rest only those that failed or are unknown. */
  readonly listed: AppendList<Statement>
  /** How many are counted above and not listed; `records.jsonl` has them all. */
  readonly unlisted: number
}

export type RelationState = Data<'dev.clyra.snapshot.relation.v1'> & At
export type Snapshot = Data<'dev.clyra.snapshot.captured.v1'> & At
export type Anchor = {
  readonly kind: 'provisional' | 'confirmed' | 'contradicted' | 'unavailable'
  readonly system: (typeof WAREHOUSE_SYSTEMS)[number] | 'unknown'
  readonly phase: 'before' | 'after'
  readonly dsnHash: string | null
  readonly serverVersion: string | null
  readonly systemIdentifier: string | null
  readonly timeline: string | null
  readonly lsn: string | null
  readonly snapshot: string | null
  readonly observedAt: string | null
  /** Functions that failed, each with its SQLSTATE. */
  readonly failed: readonly (readonly string[])[]
  readonly warnings: readonly string[]
  /** Why it is contradicted. */
  readonly reasons: readonly string[]
  /** Why it is unavailable. */
  readonly code: Data<'dev.clyra.anchor.unavailable.v1'>['code'] | null
  readonly detail: string | null
  readonly position: string
}
export type Finding = Data<'dev.clyra.finding.raised.v2'> & At
export type Artifact = Data<'dev.clyra.artifact.captured.v1'> & At
export type Source = Data<'dev.clyra.artifact.source.v1'> & At
export type Repository = Data<'dev.clyra.artifact.repository.v1'> & At
export type Metric = Data<'dev.clyra.metrics.observed.v1'> & At
export type Intent = Pick<Data<'dev.clyra.receipt.intended.v1'>, 'receipt' | 'route'> & At
type ReceiptData = Data<'dev.clyra.receipt.issued.v1'>
export type Receipt = Pick<
  ReceiptData,
  'receipt' | 'route' | 'actor' | 'upstream' | 'status' | 'verdicts' | 'approval'
> &
  Pick<ReceiptData['decision'], 'outcome' | 'mode' | 'rules'> &
  At & { readonly schema: ReceiptData['schema']['result'] }
export type Verdict = Data<'dev.clyra.verdict.given.v1'> & At
export type Call = Omit<Data<'dev.clyra.mcp.tool.called.v1'>, 'arguments' | 'content'> & At
export type TypeCount = { readonly type: string; readonly count: number }
