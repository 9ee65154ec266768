import * as z from 'zod'
import { SIGNATURE_ALGORITHMS } from '../../crypto/index.js'
import { ClyraError, ERROR_CODES, type ErrorCode } from '../../errors/index.js'
import type { EventInput } from '../../events/index.js'
import type { AppendResult, ExpectedRevision, Ledger } from '../../ledger/index.js'

export const PROTOCOL = 'clyra.resident/1'

const decimal = z.string().regex(/^(0|[1-9][0-9]{0,15})$/)
const position = decimal.transform(BigInt)
const hex = z.string().regex(/^[0-9a-f]{64}$/)
const expected = z.union([z.enum(['no-stream', 'stream-exists', 'any']), position])

/** What a peer asks; of `append` the events are the body: a line of JSON each. */
export const request = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('hello'),
    protocol: z.string(),
    name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
  }),
  z.strictObject({ do: z.literal('append'), stream: z.string(), expected }),
  z.strictObject({ do: z.literal('heads') }),
  z.strictObject({ do: z.literal('sealed'), position }),
  z.strictObject({
    do: z.literal('redaction'),
    subject: z.string(),
    reason: z.enum(['erasure-request', 'retention', 'mistake']),
  }),
  z.strictObject({
    do: z.literal('rotate'),
    key: hex.optional(),
    algorithm: z.enum(SIGNATURE_ALGORITHMS).optional(),
  }),
  z.strictObject({
    do: z.literal('revoke'),
    id: z.string(),
    reason: z.enum(['superseded', 'compromised', 'retired']),
    compromisedSince: position.nullable(),
  }),
])
/** As it stands in a frame: positions and revisions are decimal strings. */
export type Request = z.input<typeof request>
export type Asked = z.output<typeof request>

const failure = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    fix: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
  }),
})

/** What the holder answers to each. */
export const ANSWERS = {
  hello: z.object({ protocol: z.string(), identity: hex, size: position }),
  append: z.object({
    position,
    positions: z.array(position),
    ids: z.array(z.string()),
    revision: position,
    replayed: z.boolean(),
  }),
  heads: z.object({ position }),
  sealed: z.object({ size: position }),
  redaction: z.object({ position }),
  rotate: z.object({ id: z.string(), position }),
  revoke: z.object({ position }),
} as const

const fixed = z.looseObject({ id: z.string(), time: z.string() })

/**
 * An event that stays the same however often it is asked for: after a lost answer it is asked for again. Throws
 * EVENT_INVALID where it has no id or no time of its own; the rest is judged by the ledger.
 */
export function fixedEvent(event: unknown): EventInput {
  // Holds as far as it is used: the ledger checks every attribute.
  if (fixed.safeParse(event).success) return event as EventInput
  throw new ClyraError('EVENT_INVALID', 'what another process is asked to append must have an id and a time of its own')
}

/** An error as it is answered. */
export function failureOf({ code, message, fix, details }: ClyraError): object {
  return { error: { code, message, fix: fix ?? null, details: JSON.parse(spelled(details)) } }
}

/** The error that an answer carries; undefined where it is none. */
export function errorIn(answer: unknown): ClyraError | undefined {
  const { success, data } = failure.safeParse(answer)
  if (!success) return undefined
  const { code, message, fix, details } = data.error
  const known = Object.hasOwn(ERROR_CODES, code)
  // Holds: it was looked up just now.
  return new ClyraError(known ? (code as ErrorCode) : 'PEER_REFUSED', known ? message : `${message} (${code})`, {
    details,
    ...(fix === null ? {} : { fix }),
  })
}

/** JSON in which positions are decimal strings and bytes are hex. */
export function spelled(value: object): string {
  return JSON.stringify(value, (_name, one: unknown) => {
    if (typeof one === 'bigint') return one.toString()
    return one instanceof Uint8Array ? Buffer.from(one).toString('hex') : one
  })
}

/** What may be asked of a ledger that another process may hold: each call is one request. */
export interface Appender extends Pick<Ledger, 'recordRedaction' | 'rotateEvidenceKey' | 'revokeKey'> {
  /** Each event MUST have an id and a time: asked again after a lost answer, it is recorded once. */
  append(stream: string, expectedRevision: ExpectedRevision, events: readonly EventInput[]): Promise<AppendResult>
  /** Appends a heads record and resolves when the checkpoint over it is published. */
  heads(): Promise<{ readonly position: bigint }>
  /** Resolves when a published checkpoint covers the position. */
  sealed(position: bigint): Promise<{ readonly size: bigint }>
}
