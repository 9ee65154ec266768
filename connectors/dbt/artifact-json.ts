import * as z from 'zod'
import { ClyraError } from '../../src/errors/index.js'
import { pickJson, wantedBy } from './pick-json.js'
import { label } from './text.js'

/** The artefacts whose content is read. */
export type ArtifactName = 'manifest.json' | 'run_results.json'

/** The schema versions of dbt that this release reads, inclusive; by the name in `metadata.dbt_schema_version`. */
const VERSIONS = {
  'manifest.json': { schema: 'manifest', from: 8, to: 12 },
  'run_results.json': { schema: 'run-results', from: 4, to: 6 },
} as const satisfies Record<ArtifactName, { schema: string; from: number; to: number }>

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

/**
 * Parses an artefact's JSON and checks that it is the kind and a version that this release reads.
 *
 * Throws DBT_ARTIFACT_INVALID where it is no JSON, cut off, or another file, DBT_ARTIFACT_UNSUPPORTED where its schema
 * version is not one of `VERSIONS`. No message holds any of the file's content.
 */
export function parseArtifact<T>(name: ArtifactName, bytes: Uint8Array, schema: z.ZodType<T>): T {
  const value = bytes.length < LARGE_BYTES ? parseJson(name, bytes) : parseLarge(name, bytes, schema)
  const head = z.object({ metadata: z.object({ dbt_schema_version: z.string() }) }).safeParse(value)
  if (!head.success) throw invalid(name, 'it has no metadata.dbt_schema_version')
  const { schema: wanted, from, to } = VERSIONS[name]
  const written = /\/([a-z-]+)\/v([0-9]{1,4})\.json$/.exec(head.data.metadata.dbt_schema_version)
  if (written?.[1] !== wanted) throw invalid(name, `its metadata does not name a ${wanted} schema`)
  const version = Number(written[2])
  if (version < from || version > to) {
    throw new ClyraError(
      'DBT_ARTIFACT_UNSUPPORTED',
      `${name} has schema version ${version}; this release reads ${wanted} v${from} to v${to}`,
      { details: { file: name, version, from, to } },
    )
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const field = parsed.error.issues[0]?.path.map(String).slice(0, 2).join('.') ?? ''
  throw invalid(name, `its ${field || 'top level'} does not have the shape of ${wanted} v${version}`)
}

const namesInvocation = z.object({ metadata: z.object({ invocation_id: text }) })

/** The invocation that any dbt artefact (catalog.json, sources.json, ...) names; null where it names none. */
export function invocationOf(bytes: Uint8Array): string | null {
  try {
    const head = namesInvocation.safeParse(parseLarge('artefact', bytes, namesInvocation))
    return head.success ? label(head.data.metadata.invocation_id) : null
  } catch {
    return null
  }
}

/** From here on only the members that are read become values. What cannot be picked is judged as the whole is. */
const LARGE_BYTES = 4 << 20

function parseLarge(name: string, bytes: Uint8Array, schema: z.ZodType): unknown {
  const picked = pickJson(bytes, wantedBy(schema))
  return picked === undefined ? parseJson(name, bytes) : picked.value
}

function parseJson(name: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // The parser's own message quotes the text, which may hold literals.
    throw invalid(name, bytes.length === 0 ? 'it is empty' : 'it is not valid JSON; it may be cut off')
  }
}

function invalid(name: string, why: string): ClyraError {
  return new ClyraError('DBT_ARTIFACT_INVALID', `${name} cannot be read: ${why}`, { details: { file: name } })
}
