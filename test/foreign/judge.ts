import { spawnSync } from 'node:child_process'
import * as z from 'zod'
import { type ProgramName, programPath } from './programs.mjs'

/** What foreign code thinks of something: it says yes, says no, or falls over. */
const judgement = z.strictObject({
  verdict: z.enum(['accepted', 'refused', 'panicked', 'hung']),
  reason: z.string(),
})
export type Judgement = z.infer<typeof judgement>

/** A tile check that reads no file for this long has hung: a whole tree takes a fraction of it. */
const STALL_MS = 3000
const TIMEOUT_MS = 240_000

/** Gives a program one JSON request a line and reads as many answers. Throws where it gives fewer, or fails. */
export function ask(name: ProgramName, requests: readonly object[]): unknown[] {
  const { status, signal, stdout, stderr, error } = spawnSync(programPath(name), [], {
    input: requests.map((request) => `${JSON.stringify(request)}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`the ${name} program ended with ${status ?? signal}: ${stderr}`)
  const answers = stdout.trimEnd().split('\n')
  if (answers.length !== requests.length) throw new Error(`${answers.length} answers to ${requests.length} requests`)
  return answers.map((answer): unknown => JSON.parse(answer))
}

/** Tessera's fsck over a directory of tiles, with so many workers. */
export function tesseraFsck(directory: string, vkey: string, workers = 4): Judgement {
  return judged('go', { op: 'fsck', directory, vkey, workers, stallMs: STALL_MS })[0]!
}

/** Go's note and tlog: the text of a checkpoint. */
export function goNote(vkey: string, ...notes: readonly Buffer[]): Judgement[] {
  return judged('go', ...notes.map((note) => ({ op: 'note', vkey, note: base64(note) })))
}

export interface InclusionCase {
  readonly vkey: string
  /** A tlog-proof. */
  readonly proof: Buffer
  readonly record: Uint8Array
}

export function goInclusion(...cases: readonly InclusionCase[]): Judgement[] {
  return judged(
    'go',
    ...cases.map(({ vkey, proof, record }) => ({
      op: 'inclusion',
      vkey,
      proof: base64(proof),
      record: base64(record),
    })),
  )
}

export interface ConsistencyCase {
  readonly vkey: string
  /** The checkpoint that the reader had kept. */
  readonly note: Buffer
  /** The body of an add-checkpoint request. */
  readonly proof: Buffer
}

export function goConsistency(...cases: readonly ConsistencyCase[]): Judgement[] {
  return judged(
    'go',
    ...cases.map(({ vkey, note, proof }) => ({ op: 'consistency', vkey, note: base64(note), proof: base64(proof) })),
  )
}

export function judged(name: ProgramName, ...requests: readonly object[]): Judgement[] {
  return ask(name, requests).map((answer) => judgement.parse(answer))
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
