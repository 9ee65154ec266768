import { posix } from 'node:path'
import { hex } from '../../../src/canonical/index.js'
import { sha256 } from '../../../src/crypto/index.js'
import { type DraftEvent, fingerprint } from '../../../src/events/index.js'
import type { Manifest, ManifestNode } from '../artifacts/index.js'
import { draftOf, label, SOURCES } from '../drafts/index.js'

/** A file of the project that the program reads from disk. */
export interface SourcePath {
  /** Relative to the project directory, with `/`. */
  readonly path: string
  /** The nodes and macros that are written in it, sorted. */
  readonly nodes: readonly string[]
  /** A file that a project need not have: only recorded where it is there. */
  readonly optional: boolean
}

/** What the program found at such a path. */
export interface SourceFile {
  readonly path: string
  /** The raw bytes; null where they could not be read. */
  readonly bytes: Uint8Array | null
  readonly unavailable?: 'missing' | 'unreadable'
  /** Null outside version control. */
  readonly git: GitFacts | null
}

export interface GitFacts {
  /** Commit id of HEAD of the repository that the file belongs to, which may be a submodule. */
  readonly commit: string
  /** The file is in that commit. */
  readonly tracked: boolean
  /** Its content, as git would store it, differs from that in that commit. */
  readonly modified: boolean
}

const PROJECT_FILES = ['dbt_project.yml', 'packages.yml', 'dependencies.yml', 'package-lock.yml', 'selectors.yml']

/**
 * The source files of the project itself, sorted by path: where its nodes, tests, sources and macros are written, the
 * schema files that describe them, and the project's own files. Installed packages are left out: `package-lock.yml`
 * names their versions, and where they lie is not in the manifest.
 */
export function sourcePathsOf(manifest: Manifest): SourcePath[] {
  const project = manifest.project ?? mostCommonPackage(manifest)
  const nodesAt = new Map<string, Set<string>>()
  const add = (path: string | null, node: string): void => {
    // dbt writes `./dbt_project.yml` for what it finds there: one file has one name.
    const name = path === null ? '' : posix.normalize(path)
    if (path === null || !isInside(name)) return
    const nodes = nodesAt.get(name) ?? new Set()
    nodesAt.set(name, nodes.add(label(node) ?? ''))
  }
  for (const node of [...manifest.nodes.values(), ...manifest.others]) {
    if (node.package !== project) continue
    // An on-run hook is written in dbt_project.yml; its path in the manifest says so.
    add(node.path, node.id)
    add(node.patchPath, node.id)
  }
  for (const path of PROJECT_FILES) if (!nodesAt.has(path)) nodesAt.set(path, new Set())
  return [...nodesAt]
    .map(([path, nodes]) => ({ path, nodes: [...nodes].sort(), optional: nodes.size === 0 }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** How many names one record may carry, so that it stays far below the limit of a record. */
const NODES_PER_RECORD = 80

/**
 * The records of the source files. A plain digest is given only for bytes that are in the commit (an auditor
 * recomputes it from there); everything else gets an HMAC of its SHA-256 under a key that dies with the run's. A file with many nodes
 * takes several records, each with the same digest.
 */
export function sourceDrafts(options: {
  readonly run: string
  readonly invocation: string
  readonly manifest: Manifest
  readonly files: readonly SourceFile[]
  readonly fingerprintKey: Uint8Array | undefined
}): DraftEvent<'dev.clyra.artifact.source.v1'>[] {
  const files = new Map(options.files.map((file) => [file.path, file]))
  return sourcePathsOf(options.manifest).flatMap((source) => {
    const file = files.get(source.path)
    if (file === undefined || (source.optional && file.unavailable === 'missing')) return []
    return oneSource(options, source, file)
  })
}

function oneSource(
  options: { run: string; invocation: string; manifest: Manifest; fingerprintKey: Uint8Array | undefined },
  source: SourcePath,
  file: SourceFile,
): DraftEvent<'dev.clyra.artifact.source.v1'>[] {
  const { run, invocation, manifest, fingerprintKey } = options
  const digest = file.bytes === null ? null : hex(sha256(file.bytes))
  const inCommit = file.git?.tracked === true && !file.git.modified
  const commit = file.git !== null && /^[0-9a-f]{40,64}$/.test(file.git.commit) ? file.git.commit : null
  const facts = {
    path: source.path,
    sha256: inCommit ? digest : null,
    fingerprint:
      inCommit || digest === null || fingerprintKey === undefined ? null : fingerprint(fingerprintKey, digest),
    commit,
    modified: commit !== null && !inCommit,
    unavailable: file.bytes === null ? (file.unavailable ?? 'unreadable') : null,
  }
  const parts = Math.max(1, Math.ceil(source.nodes.length / NODES_PER_RECORD))
  return Array.from({ length: parts }, (_, part) => {
    const nodes = source.nodes.slice(part * NODES_PER_RECORD, (part + 1) * NODES_PER_RECORD)
    const key = `${invocation}/source/${source.path}${part === 0 ? '' : `/${part}`}`
    return draftOf(run, SOURCES.project, key, 'dev.clyra.artifact.source.v1', manifest.generatedAt, { ...facts, nodes })
  })
}

/** No way out of the project directory, no absolute path. */
function isInside(path: string): boolean {
  return !/^([A-Za-z]:|\/)/.test(path) && !path.split('/').includes('..')
}

/** Before dbt 1.6 the manifest does not name the root project: it is the package of most models. */
function mostCommonPackage(manifest: Manifest): string | null {
  const counts = new Map<string, number>()
  const models = [...manifest.nodes.values()].filter((node: ManifestNode) => node.resourceType === 'model')
  for (const { package: name } of models) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? null
}
