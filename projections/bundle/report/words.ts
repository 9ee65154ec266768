import { GAPS, NO_ANCHOR } from '../../../src/events/codes/index.js'
import type { Finding, NodeSaid, Outcome } from '../../run/index.js'

/**
 * What codes mean in plain words, for a reader who knows neither dbt nor Clyra. Those of a closed list of events stand with it
 * (`src/events/codes`).
 */

export const DISPOSITION_WORDS: Readonly<Record<Finding['disposition'], string>> = {
  unconfirmed: 'One voice says it, and no other confirms it.',
  contradicted: 'Another voice says otherwise.',
  unclaimed: 'It was seen, but dbt does not claim it.',
}

export const REASON_WORDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(GAPS).map(([reason, { words }]) => [reason, words])),
  'after-close':
    'Something was added after the end of the run had been recorded, or its records are not as many as were counted.',
  'run-not-closed': 'The capture never said that it had recorded everything.',
}

/** The same for a run that is not of dbt, and need not be recorded by Clyra's own program. */
export const AUTOMATION_REASON_WORDS: typeof REASON_WORDS = {
  ...REASON_WORDS,
  'process-not-started': 'The process could not be started.',
  'process-signalled': 'The process was ended from outside by a signal.',
  'wrapper-killed': 'The recorder was killed while it watched, and could not see the end.',
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
    return Object.hasOwn(NO_ANCHOR, code)
      ? NO_ANCHOR[code as keyof typeof NO_ANCHOR] // own key: checked
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
