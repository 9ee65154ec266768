import type { ANCHOR_UNAVAILABLE_CODES } from '../../../src/events/families/anchor.js'
import type { FINDING_CODES } from '../../../src/events/families/finding.js'
import type { GAP_REASONS, LEFT_OUT_REASONS, REREAD_REASONS } from '../../../src/events/families/run.js'
import type { Finding, NodeSaid, Outcome, RelationState, RunView } from '../../run/index.js'

/** Codes in plain words, for a reader who knows neither dbt nor Clyra. Complete by type: a new code does not compile without its words. */

export const FINDING_WORDS: Readonly<Record<(typeof FINDING_CODES)[number], string>> = {
  'node-claimed-not-logged': 'dbt’s results name this step, but dbt’s own log never saw it run.',
  'node-logged-not-claimed': 'dbt’s log saw this step run, but dbt’s results leave it out.',
  'node-status-differs': 'The voices do not agree on how this step ended.',
  'node-rows-differ': 'The voices do not agree on how many rows this step touched.',
  'node-error-but-data-changed': 'dbt says that this step failed, yet its data changed.',
  'test-claimed-not-logged': 'dbt’s results name this test, but dbt’s own log never saw it run.',
  'test-logged-not-claimed': 'dbt’s log saw this test run, but dbt’s results leave it out.',
  'test-status-differs': 'The voices do not agree on how this test ended.',
  'relation-absent': 'dbt says that it built this relation, but it is not in the warehouse.',
  'relation-dropped': 'A relation that was there before the run is gone after it, and dbt does not say so.',
  'relation-kind-differs': 'The warehouse holds another kind of relation than dbt says it built.',
  'commit-outside-transaction': 'dbt says COMMIT where no transaction was open, so it committed nothing.',
  'commit-older-than-run': 'The newest commit on this relation is older than the run that says it built it.',
  'statement-outcome-unknown': 'A statement was sent, and nothing tells how it ended.',
  'anchor-contradicted': 'After the run the warehouse was not the one it was before, or its log went back.',
}

export const DISPOSITION_WORDS: Readonly<Record<Finding['disposition'], string>> = {
  unconfirmed: 'One voice says it, and no other confirms it.',
  contradicted: 'Another voice says otherwise.',
  unclaimed: 'It was seen, but dbt does not claim it.',
}

export const GAP_WORDS: Readonly<Record<(typeof GAP_REASONS)[number], string>> = {
  'artifact-manifest-missing': 'dbt left no manifest.json: what the project consisted of is not known.',
  'artifact-manifest-stale': 'The manifest.json that lay there was of an earlier run, and was not taken.',
  'artifact-run-results-missing': 'dbt left no run_results.json: its own claim about the steps is missing.',
  'artifact-run-results-stale': 'The run_results.json that lay there was of an earlier run, and was not taken.',
  'artifact-sources-missing': 'dbt left no sources.json: how fresh the sources are is not known.',
  'artifact-sources-stale': 'The sources.json that lay there was of an earlier run, and was not taken.',
  'artifact-unreadable': 'A file that dbt left could not be read.',
  'log-broken': 'Lines are missing from the middle of dbt’s log.',
  'log-no-start': 'The log does not begin where dbt began.',
  'log-missing': 'There was no dbt log: statements were not seen.',
  'log-no-end': 'dbt’s log breaks off before dbt said that it was done.',
  'log-truncated': 'A part of dbt’s log is missing.',
  'log-unreadable-lines': 'Lines of dbt’s log could not be read.',
  'nodes-without-result': 'Steps were started or planned, and nothing tells how they ended.',
  'process-not-started': 'dbt could not be started.',
  'process-signalled': 'dbt was ended from outside by a signal.',
  'wrapper-killed': 'Clyra was killed while it watched, and could not see the end.',
}

export const REASON_WORDS: Readonly<Record<string, string>> = {
  ...GAP_WORDS,
  'run-not-closed': 'The capture never said that it had recorded everything.',
}

export const ANCHOR_CODE_WORDS: Readonly<Record<(typeof ANCHOR_UNAVAILABLE_CODES)[number], string>> = {
  PRE_FAIL: 'The warehouse could not be asked before the run.',
  POST_FAIL: 'The warehouse could not be asked after the run.',
  TIMED_OUT: 'The warehouse did not answer in time.',
  UNREACHABLE: 'Nothing answered at the warehouse’s address.',
  REFUSED: 'The warehouse refused the connection.',
  DRIVER_MISSING: 'The package that talks to this warehouse is not installed.',
  NOT_SUPPORTED: 'Clyra cannot ask this kind of warehouse yet.',
  LSN_MISSING: 'The warehouse did not give its log position.',
  POST_TIMEOUT: 'The warehouse did not answer in time after the run.',
  REPLICA_LAG: 'The server is a replica, whose position proves nothing about the primary.',
  POLICY_SKIP: 'No connection was allowed or configured, so the warehouse was not asked.',
}

/** Why the warehouse was not, or not wholly, heard: each reason once, in a sentence. */
export function warehouseWords(reasons: readonly string[]): string[] {
  const sentences = reasons.map((reason) => {
    if (reason === 'relations-not-read') return 'Not every relation was looked up.'
    const code = reason
      .replace(/^(before|after)-/, '')
      .toUpperCase()
      .replaceAll('-', '_')
    if (code === 'MISSING') return 'Nobody asked it.'
    return Object.hasOwn(ANCHOR_CODE_WORDS, code)
      ? ANCHOR_CODE_WORDS[code as keyof typeof ANCHOR_CODE_WORDS] // own key: checked
      : reason
  })
  return [...new Set(sentences)]
}

export const ANCHOR_WORDS = {
  provisional: 'where the warehouse stood before the run',
  confirmed: 'after the run: the same system, further on',
  contradicted: 'after the run: not the same system, or its log went back',
  unavailable: 'the warehouse’s position is not known',
} as const

export const VERSION_CONTROL_WORDS: Readonly<
  Record<NonNullable<NonNullable<RunView['repository']>['unavailable']>, string>
> = {
  'no-version-control': 'there is none here.',
  'not-installed': 'git is not installed.',
  refused: 'git refused to read the repository.',
  'no-commit': 'nothing is committed yet.',
  'timed-out': 'git did not answer in time.',
  failed: 'git failed.',
}

export const REREAD_WORDS: Readonly<Record<(typeof REREAD_REASONS)[number], string>> = {
  'log-added': 'dbt’s log came later',
  'log-better': 'a better reading of dbt’s log came later',
  'claim-added': 'dbt’s results came later',
  'claim-better': 'a better reading of dbt’s results came later',
  'warehouse-added': 'the warehouse’s words came later',
}

export const LEFT_OUT_WORDS: Readonly<Record<(typeof LEFT_OUT_REASONS)[number], string>> = {
  'another-run': 'it is of another run',
  duplicate: 'it is there already',
  'no-run-named': 'it does not say of which run it is',
  'not-kept': 'it may hold text, and is not kept',
  'too-large': 'it is too large',
  unreadable: 'it cannot be read',
  unrecognised: 'it is nothing that is known here',
}

export const OUTCOME_WORDS: Readonly<Record<Outcome, { readonly word: string; readonly sentence: string }>> = {
  succeeded: { word: 'Succeeded', sentence: 'succeeded' },
  failed: { word: 'Failed', sentence: 'failed' },
  interrupted: { word: 'Interrupted', sentence: 'was interrupted' },
  unknown: { word: 'Unknown', sentence: 'ended in a way that was not recorded' },
}

export const VOICE_WORDS = {
  claim: 'dbt’s results',
  log: 'dbt’s log',
  warehouse: 'the warehouse',
  process: 'the process',
  'log-transaction': 'the transaction, by that log',
  'warehouse-before': 'the warehouse before',
  'warehouse-after': 'the warehouse after',
  'log-drop': 'dropped, by dbt’s log, in',
} as const

export function voiceWord(voice: string): string {
  return Object.hasOwn(VOICE_WORDS, voice) ? VOICE_WORDS[voice as keyof typeof VOICE_WORDS] : voice // own key: checked
}

export const UNAVAILABLE_WORDS: Readonly<Record<NonNullable<RelationState['unavailable']>, string>> = {
  'commit-timestamps-off': 'the server keeps no commit times',
  'no-rows': 'it has no rows, so no commit time',
  'not-a-table': 'not a table, so no commit time',
  'permission-denied': 'not allowed to read it',
  'too-large': 'too large to look for the newest commit',
  'query-failed': 'the question to the warehouse failed',
  absent: 'it is not there',
}

export type Tone = 'good' | 'warn' | 'bad' | 'unknown'

export const STATUS_TONE: Readonly<Record<NodeSaid['status'], Tone>> = {
  success: 'good',
  pass: 'good',
  error: 'bad',
  fail: 'bad',
  'runtime-error': 'bad',
  warn: 'warn',
  partial: 'warn',
  interrupted: 'warn',
  skipped: 'unknown',
  'no-op': 'unknown',
  compiled: 'unknown',
  reused: 'unknown',
  unknown: 'unknown',
}

/** Terms of art, for the glossary at the end of the page. */
export const TERMS: readonly (readonly [term: string, meaning: string])[] = [
  [
    'anchor',
    'A note of where the warehouse stood in its own transaction log, taken just before and just after the run.',
  ],
  [
    'artefact',
    'A file that dbt wrote about its run. The bundle names it by its digest; it may lie inside the bundle or outside.',
  ],
  ['checkpoint', 'The size and root of the whole ledger, signed by the ledger’s key.'],
  ['digest', 'A fingerprint of bytes (SHA-256): any change of the bytes gives another digest.'],
  ['finding', 'Two voices do not agree, or one says what no other confirms.'],
  [
    'ledger',
    'A list of records that only grows. Each record is chained to the one before it, so that none can be changed, removed or put in between unnoticed.',
  ],
  ['pinned key', 'The ledger’s public key as you got it from its owner, by another way than this bundle.'],
  ['position', 'The place of a record in the ledger, counted from 0.'],
  ['root', 'One digest for all records of the ledger up to a size.'],
  [
    'sealed',
    'Kept out of the record because it may be personal or secret. The record holds a commitment to it that can be opened for an auditor later, and that dies with its key.',
  ],
  [
    'voices',
    'Who says something: dbt’s results (what it claims), dbt’s log (what it was seen doing), the warehouse (what it says itself). They are never merged.',
  ],
]
