import type { LeftFile } from './recording.js'

/** Members of nodes that hold text or trees which no reader of evidence looks at, and which make up most of a manifest. */
const HEAVY = new Set([
  'raw_code',
  'compiled_code',
  'macro_sql',
  'description',
  'docs',
  'columns',
  'compiled_path',
  'extra_ctes',
  'created_at',
  'unrendered_config',
  'doc_blocks',
  'refs',
  'sources',
  'metrics',
  'fqn',
  'checksum',
])
const DROPPED = new Set(['child_map', 'parent_map', 'group_map', 'docs', 'selectors', 'disabled'])
/** Of dbt's own macros, hundreds, a few are enough: readers only ask where a macro is written down. */
const OWN_MACROS = 5

/** A manifest or run_results.json without what no reader looks at; every other text as it is. */
export function reducedArtifact(file: LeftFile, text: string): string {
  if (file === 'manifest') return JSON.stringify(reducedManifest(JSON.parse(text)))
  if (file === 'runResults')
    return JSON.stringify(JSON.parse(text), (key, value) => (key === 'compiled_code' ? undefined : value))
  return text
}

function reducedManifest(manifest: Record<string, unknown>): unknown {
  const macros = Object.entries((manifest['macros'] ?? {}) as Record<string, { package_name?: string }>)
  const ofDbt = macros.filter(([, { package_name }]) => package_name !== 'matrix').slice(0, OWN_MACROS)
  const own = macros.filter(([, { package_name }]) => package_name === 'matrix')
  const kept = Object.entries({ ...manifest, macros: Object.fromEntries([...own, ...ofDbt]) })
    .filter(([name]) => !DROPPED.has(name))
    .map(([name, part]) => [name, name === 'metadata' ? part : withoutHeavy(part)])
  return Object.fromEntries(kept)
}

function withoutHeavy(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part
  return Object.fromEntries(
    Object.entries(part).map(([id, node]) => [
      id,
      typeof node !== 'object' || node === null || Array.isArray(node)
        ? node
        : Object.fromEntries(Object.entries(node).filter(([name]) => !HEAVY.has(name))),
    ]),
  )
}
