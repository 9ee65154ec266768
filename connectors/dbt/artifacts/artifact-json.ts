import * as z from 'zod'
import { ClyraError } from '../../../src/errors/index.js'
import { label, utc } from '../drafts/index.js'
import { decodeText, parsePythonJson, pickJson, placeOf, wantedBy } from '../files/index.js'

/** The artefacts whose content is read. */
export type ArtifactName = 'manifest.json' | 'run_results.json' | 'sources.json'

/**
 * The schema versions of dbt, by the name in `metadata.dbt_schema_version`: older than `from` is refused, newer than
 * `known` is read as far as it has the shape of the newest known one.
 */
const VERSIONS = {
  // dbt 1.0 wrote v4, 1.4 v8, 1.8 v12.
  'manifest.json': { schema: 'manifest', from: 4, known: 12, since: '1.0' },
  // dbt 0.19 wrote v1, 1.0 v4, 1.8 v6.
  'run_results.json': { schema: 'run-results', from: 1, known: 6, since: '0.19' },
  'sources.json': { schema: 'sources', from: 3, known: 3, since: '0.21' },
} as const satisfies Record<ArtifactName, { schema: string; from: number; known: number; since: string }>

const text = z.string().nullish().catch(undefined)

/** `metadata`, alike in all of dbt's artefacts. */
export const artifactMetadata = z.object({
  dbt_schema_version: z.string(),
  dbt_version: text,
  generated_at: text,
  invocation_id: text,
  invocation_started_at: text,
  project_name: text,
  adapter_type: text,
  env: z.record(z.string(), z.unknown()).optional().catch(undefined),
})

/** What every artefact says of itself, in its metadata. */
export interface ArtifactHead {
  readonly invocation: string | null
  /** The wrapper's run id, where one was handed to dbt. */
  readonly runId: string | null
  /** Of dbt. */
  readonly version: string | null
  readonly generatedAt: string | null
  /** From dbt 1.10 on. */
  readonly startedAt: string | null
  /** Sentences for people about how the file could be read. */
  readonly notes: readonly string[]
}

/** An artefact's value, and sentences for people about how it could be read. */
export interface ReadArtifact<T> {
  readonly value: T
  readonly notes: readonly string[]
}

export function headOf({
  value: { metadata },
  notes,
}: ReadArtifact<{ readonly metadata: z.infer<typeof artifactMetadata> }>): ArtifactHead {
  return {
    invocation: label(metadata.invocation_id),
    runId: label(metadata.env?.CLYRA_RUN_ID),
    version: label(metadata.dbt_version),
    generatedAt: utc(metadata.generated_at),
    startedAt: utc(metadata.invocation_started_at),
    notes,
  }
}

/**
 * Parses an artefact's JSON as Python writes it and checks that it is the kind and a version that this release reads.
 *
 * Throws DBT_ARTIFACT_INVALID where it is no JSON, cut off, or another file, DBT_ARTIFACT_UNSUPPORTED where its schema
 * is older than `VERSIONS`. No message holds any of the file's content.
 */
export function parseArtifact<T>(name: ArtifactName, bytes: Uint8Array, schema: z.ZodType<T>): ReadArtifact<T> {
  const { value, nonNumbers } = bytes.length < LARGE_BYTES ? parseJson(name, bytes) : parseLarge(name, bytes, schema)
  const head = z.object({ metadata: z.object({ dbt_schema_version: z.string() }) }).safeParse(value)
  if (!head.success) throw invalid(name, 'it has no metadata.dbt_schema_version')
  const { schema: wanted, from, known, since } = VERSIONS[name]
  const written = /\/([a-z-]+)\/v([0-9]{1,4})\.json$/.exec(head.data.metadata.dbt_schema_version)
  if (written?.[1] !== wanted) throw invalid(name, `its metadata does not name a ${wanted} schema`)
  const version = Number(written[2])
  if (version < from) {
    throw new ClyraError(
      'DBT_ARTIFACT_UNSUPPORTED',
      `${name} has schema version ${version}, which is older than dbt ${since}; this release reads ${wanted} from v${from} on`,
      { details: { file: name, version, from, known }, fix: 'pip install --upgrade dbt-core' },
    )
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.map(String).slice(0, 2).join('.') ?? ''
    const newer = version > known ? `, which is newer than what this release knows (v${known})` : ''
    throw invalid(name, `its ${field || 'top level'} does not have the shape of ${wanted} v${version}${newer}`)
  }
  return { value: parsed.data, notes: notesOn(name, nonNumbers, version > known ? version : null) }
}

function notesOn(name: string, nonNumbers: number, newer: number | null): string[] {
  return [
    ...(nonNumbers === 0 ? [] : [`${name} holds ${nonNumbers} times NaN or Infinity, which were read as null`]),
    ...(newer === null
      ? []
      : [`${name} has schema version ${newer}, newer than this release knows; what it knows was read`]),
  ]
}

const namesInvocation = z.object({ metadata: z.object({ invocation_id: text }) })

/** The invocation that any dbt artefact (catalog.json, sources.json, ...) names; null where it names none. */
export function invocationOf(bytes: Uint8Array): string | null {
  try {
    const head = namesInvocation.safeParse(parseLarge('artefact', bytes, namesInvocation).value)
    return head.success ? label(head.data.metadata.invocation_id) : null
  } catch {
    return null
  }
}

/** From here on only the members that are read become values. What cannot be picked is judged as the whole is. */
const LARGE_BYTES = 4 << 20

interface ParsedJson {
  readonly value: unknown
  readonly nonNumbers: number
}

function parseLarge(name: string, bytes: Uint8Array, schema: z.ZodType): ParsedJson {
  const picked = pickJson(bytes, wantedBy(schema))
  return picked === undefined ? parseJson(name, bytes) : { value: picked.value, nonNumbers: 0 }
}

function parseJson(name: string, bytes: Uint8Array): ParsedJson {
  if (bytes.length === 0) throw invalid(name, 'it is empty')
  const text = decodeText(bytes)
  if (text === null) throw invalid(name, 'it is neither UTF-8 nor UTF-16')
  const read = parsePythonJson(text)
  if (read.ok) return read
  // A message of the engine's parser would quote the text, which may hold literals.
  const { line, byte } = placeOf(text, read.offset)
  const cut = read.offset >= text.length ? ', where it is cut off' : ''
  throw invalid(name, `it is not valid JSON from line ${line}, byte ${byte} on${cut}`)
}

function invalid(name: string, why: string): ClyraError {
  return new ClyraError('DBT_ARTIFACT_INVALID', `${name} cannot be read: ${why}`, { details: { file: name } })
}
