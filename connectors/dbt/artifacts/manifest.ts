import * as z from 'zod'
import { label, type Relation } from '../drafts/index.js'
import { resourceTypeOf } from '../expectations/index.js'
import { type ArtifactHead, artifactMetadata, headOf, parseArtifact } from './artifact-json.js'
import { relationAsKept } from './relation-names.js'

const text = z.string().nullish().catch(undefined)

const node = z.object({
  resource_type: text,
  package_name: text,
  original_file_path: text,
  patch_path: text,
  database: text,
  schema: text,
  alias: text,
  relation_name: text,
  attached_node: text,
  config: z.object({ materialized: text, severity: text }).optional().catch(undefined),
  depends_on: z
    .object({ nodes: z.array(z.string()).optional().catch(undefined) })
    .optional()
    .catch(undefined),
})
const nodes = z.record(z.string(), node)

const manifest = z.object({
  metadata: artifactMetadata,
  nodes,
  sources: nodes.optional().catch(undefined),
  macros: nodes.optional().catch(undefined),
  unit_tests: nodes.optional().catch(undefined),
  functions: nodes.optional().catch(undefined),
})

export interface ManifestNode {
  readonly id: string
  readonly resourceType: string
  readonly package: string | null
  readonly materialized: string | null
  readonly relation: Relation | null
  readonly severity: 'error' | 'warn' | null
  /** What a test looks at: the node it is attached to, else all that it refers to. */
  readonly tested: readonly string[]
  /** Relative to the project of its package, with `/`. */
  readonly path: string | null
  /** The schema file that describes it. */
  readonly patchPath: string | null
}

/** `manifest.json`, as far as evidence needs it. */
export interface Manifest extends ArtifactHead {
  readonly adapter: string | null
  /** The root project; null before dbt 1.6, which does not say it. */
  readonly project: string | null
  readonly nodes: ReadonlyMap<string, ManifestNode>
  /** Sources, unit tests, functions and macros: only where they are written down matters. */
  readonly others: readonly ManifestNode[]
}

/**
 * Reads manifest.json of dbt 1.0 to 1.12 (v4 to v12) and of the Rust engine (v12), and a newer one as far as it has
 * their shape. Unknown members are ignored.
 * Throws DBT_ARTIFACT_INVALID, DBT_ARTIFACT_UNSUPPORTED.
 */
export function readManifest(bytes: Uint8Array): Manifest {
  const read = parseArtifact('manifest.json', bytes, manifest)
  const { metadata, nodes: written, ...rest } = read.value
  const adapter = label(metadata.adapter_type)
  const others = [rest.sources, rest.unit_tests, rest.functions, rest.macros].flatMap((part) =>
    Object.entries(part ?? {}),
  )
  return {
    ...headOf(read),
    adapter,
    project: label(metadata.project_name),
    nodes: new Map(Object.entries(written).map(([id, raw]) => [id, manifestNode(id, raw, adapter)])),
    others: others.map(([id, raw]) => manifestNode(id, raw, adapter)),
  }
}

function manifestNode(id: string, raw: z.infer<typeof node>, adapter: string | null): ManifestNode {
  const severity = raw.config?.severity?.toLowerCase()
  const attached = label(raw.attached_node)
  const references = (raw.depends_on?.nodes ?? []).flatMap((name) => label(name) ?? [])
  return {
    id,
    resourceType: label(raw.resource_type) ?? resourceTypeOf(id),
    package: label(raw.package_name),
    materialized: label(raw.config?.materialized),
    relation: raw.relation_name
      ? relationAsKept(adapter, {
          relationName: raw.relation_name,
          database: raw.database,
          schema: raw.schema,
          identifier: raw.alias,
        })
      : null,
    severity: severity === 'error' || severity === 'warn' ? severity : null,
    tested: attached === null ? references.slice(0, 64) : [attached],
    path: slashes(raw.original_file_path),
    patchPath: slashes(raw.patch_path?.replace(/^[^:/]*:\/\//, '')),
  }
}

function slashes(path: string | null | undefined): string | null {
  return label(path?.replaceAll('\\', '/'))
}
