import * as z from 'zod'
import { codesOf, GAPS, LEFT_OUT_REASONS, REREAD_REASONS } from '../codes/index.js'
import type { Upcaster } from '../upcaster.js'
import { governance, hexDigest, label, payout, voice } from './shapes.js'

/** The kinds of source that a run's files are. */
const SOURCE_KINDS = [
  'adapter-response',
  'catalog',
  'log',
  'manifest',
  'otel',
  'other',
  'query-log',
  'run-results',
  'sources',
] as const

/** What version 1 said. */
const started = z.strictObject({
  run: label,
  tool: z.enum(['dbt', 'other']),
  /** Random id (UUIDv4 text) of the subject key; its destruction erases every sealed value of the run. */
  subject: z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
  /** `wrapper`: Clyra started the tool; `ingest`: read from what a finished run left. */
  capture: z.enum(['wrapper', 'ingest']),
  /** A replay of a recording, made to show the program; never evidence of a change. */
  demonstration: z.boolean(),
  governance,
  payout,
  /** SHA-256 of the policy file in force, or null where there is none. */
  policy: hexDigest.nullable(),
})

/** A name of an open list, such as the tools of a profile. */
const word = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/)

/** For each role the category of the stream is called like it. */
const LINK_ROLES = ['approval', 'change', 'killswitch', 'policy', 'session'] as const

export const run = {
  /** The first record of a run's stream. `subject` names the vault key under which the run's values are sealed. */
  'dev.clyra.run.started.v1': started,
  'dev.clyra.run.started.v2': z.strictObject({
    ...started.shape,
    /** An open list: it says of which profile a run is (`spec/bundle/SPEC.md`, section 6). */
    tool: word,
    /** As in version 1; others: `library` whoever acts appends himself, `gateway`, ... */
    capture: word,
    payout: payout.nullable(),
    /** The run that began this one. */
    parent: z
      .string()
      .regex(/^[A-Za-z0-9._:~-]{1,200}$/)
      .nullable(),
  }),
  /**
   * The run rests on a stream of its own, which belongs to its bundle: an approval, a policy, the scope of a kill-switch, a
   * session, a change. At most 64 of them, before the run is closed.
   */
  'dev.clyra.run.linked.v1': z
    .strictObject({
      run: label,
      stream: z.string().regex(new RegExp(`^(${LINK_ROLES.join('|')})-[A-Za-z0-9._:~-]{1,200}$`)),
      role: z.enum(LINK_ROLES),
    })
    .refine(({ stream, role }) => stream.startsWith(`${role}-`), 'names a stream of the category of its role'),
  /** What only the wrapper knows: how the process ended. */
  'dev.clyra.run.exited.v1': z.strictObject({
    run: label,
    exitCode: z.int().min(0).max(255).nullable(),
    signal: z
      .string()
      .regex(/^SIG[A-Z0-9]{1,12}$/)
      .nullable(),
  }),
  /** Something of the run that could not be recorded. One event per reason. */
  'dev.clyra.run.gap.v1': z.strictObject({
    run: label,
    reason: z.enum(codesOf(GAPS)),
    /** How many (lines, nodes, ...) where a count means something. */
    count: z.int().min(0).nullable(),
  }),
  /** Everything that the capture could read is in the stream. The bundle's completeness: closed and no gap = complete; any gap = partial; neither = unknown. */
  'dev.clyra.run.closed.v1': z.strictObject({ run: label }),
  /**
   * The run was read again and the later reading is the one that counts. Gaps, findings and `closed` before this record
   * are void, and so is every record of the voices named here; the records that follow take their place.
   */
  'dev.clyra.run.reread.v1': z.strictObject({
    run: label,
    /** Which reading begins here, from 2. */
    reading: z.int().min(2),
    /** Voices whose words follow; what they had said before is void as a whole. */
    voices: z.array(voice),
    because: z.enum(codesOf(REREAD_REASONS)),
  }),
  /** Something that lay with the run's files and was not taken into the record: counted and named, never text. */
  'dev.clyra.run.left-out.v1': z.strictObject({
    run: label,
    /** The kind of source that it stood in. */
    source: z.enum(SOURCE_KINDS),
    /** Name of the file, or of the member that is not kept. */
    name: label,
    reason: z.enum(codesOf(LEFT_OUT_REASONS)),
    /** How many (lines, statements, members) where a count means something. */
    count: z.int().min(0).nullable(),
  }),
} as const

export const runUpcasters = {
  'dev.clyra.run.started.v1': {
    to: 'dev.clyra.run.started.v2',
    // A reader of other people's logs asks version 1 for no payout.
    data: (data) => ({ ...data, payout: data['payout'] ?? null, parent: null }),
  },
} as const satisfies Readonly<Record<string, Upcaster>>
