import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import {
  type DbtRunFiles,
  joinLogs,
  type LeftOut,
  type ReadSource,
  readSource,
  type SourceKind,
} from '../../../connectors/dbt/index.js'
import { ClyraError } from '../../errors/index.js'

/** The logs of a run, and what lay with them and is none. */
export type FoundLogs = Pick<DbtRunFiles, 'log' | 'otel' | 'queryLog' | 'missingParts'> & {
  readonly leftOut: readonly LeftOut[]
  /** Sentences for people. */
  readonly warnings: readonly string[]
}

/** What a run may have left as its log. */
const LOGS: ReadonlySet<SourceKind | null> = new Set(['log', 'otel', 'query-log'])
const LEFT_OUT_AS: Partial<Record<SourceKind, LeftOut['source']>> = {
  otel: 'otel',
  'query-log': 'query-log',
  manifest: 'manifest',
  'run-results': 'run-results',
  sources: 'sources',
  catalog: 'catalog',
}

/**
 * Reads the logs that were named, or else those that dbt leaves in `folder`, with the rotated parts beside them. What a
 * file is its content says.
 *
 * Throws DBT_ARTIFACT_MISSING where a named file is not there, DBT_LOG_UNRECOGNISED where none of the named ones is a
 * log that can be read.
 */
export function findLogs(named: readonly string[], folder: string, invocation: string | undefined): FoundLogs {
  const given = named.map((path) => ({ path, source: readSource(path) }))
  for (const { path, source } of given) if (source === undefined) throw missing(path)
  if (named.length > 0 && !given.some(({ source }) => LOGS.has(source?.kind ?? null))) throw unrecognised(given)
  const paths = new Set(
    named.length === 0
      ? ['dbt.log', 'otel.jsonl', 'query_log.sql'].map((name) => join(folder, name))
      : named.flatMap((path) => [join(dirname(path), 'otel.jsonl'), join(dirname(path), 'query_log.sql')]),
  )
  for (const path of named.length === 0 ? [join(folder, 'dbt.log')] : named) {
    for (const part of partsBeside(path)) paths.add(part)
  }
  for (const path of named) paths.delete(path)
  const sources = [...given.map(({ source }) => source), ...[...paths].map(readSource)].filter(
    (one) => one !== undefined,
  )
  const joined = joinLogs(sources.filter(isOf('log')), invocation)
  const leftOut = [...joined.leftOut]
  const warnings: string[] = []
  for (const source of sources) {
    if (LOGS.has(source.kind) || source.kind === 'empty') continue
    const { name } = source
    const reason = source.kind === null ? source.reason : 'unrecognised'
    leftOut.push({
      source: (source.kind === null ? undefined : LEFT_OUT_AS[source.kind]) ?? 'log',
      name,
      reason,
      count: null,
    })
    warnings.push(`${name} ${whyNot(source)}; it was left out`)
  }
  return {
    log: joined.bytes,
    missingParts: joined.missingParts,
    ...oneOf('otel', sources.filter(isOf('otel')), leftOut),
    ...oneOf('queryLog', sources.filter(isOf('query-log')), leftOut),
    leftOut,
    warnings,
  }
}

type Readable = Exclude<ReadSource, { readonly kind: null }>

function isOf(kind: SourceKind): (source: ReadSource) => source is Readable {
  return (source): source is Readable => source.kind === kind
}

/** The first of a kind; further ones are left out by name. */
function oneOf(as: 'otel' | 'queryLog', sources: readonly Readable[], leftOut: LeftOut[]): Partial<FoundLogs> {
  const source = as === 'otel' ? 'otel' : 'query-log'
  for (const { name } of sources.slice(1)) leftOut.push({ source, name, reason: 'duplicate', count: null })
  return sources[0] === undefined ? {} : { [as]: sources[0].bytes }
}

/** `dbt.log.1`, `dbt.log.2.gz`, ... beside `dbt.log`; none beside a part. */
function partsBeside(path: string): string[] {
  const name = basename(path).replace(/\.gz$/, '')
  if (/\.[0-9]{1,3}$/.test(name)) return []
  try {
    return readdirSync(dirname(path))
      .filter((one) => one.startsWith(`${name}.`) && /^[0-9]{1,3}(\.gz)?$/.test(one.slice(name.length + 1)))
      .sort()
      .map((one) => join(dirname(path), one))
  } catch {
    // A folder that is not there holds no parts; one that cannot be listed is told by the file itself.
    return []
  }
}

function missing(path: string): ClyraError {
  return new ClyraError('DBT_ARTIFACT_MISSING', `there is no log at ${path}`, { details: { path }, fix: 'ls logs' })
}

function unrecognised(
  given: readonly { readonly path: string; readonly source: ReadSource | undefined }[],
): ClyraError {
  const said = given.flatMap(({ path, source }) => (source === undefined ? [] : [`${path} ${whyNot(source)}`]))
  return new ClyraError('DBT_LOG_UNRECOGNISED', said.slice(0, 10).join('; '), {
    details: { files: given.map(({ path }) => path) },
    // Never a new build: it would overwrite the evidence.
    fix: 'the same command without --log',
  })
}

function whyNot(source: ReadSource): string {
  if (source.kind === null) return source.why
  if (source.kind === 'text-log') return "is dbt's log in text, in which statements cannot be told from other text"
  if (source.kind === 'empty') return 'is empty'
  if (source.kind === 'unknown') return "holds no line of dbt's JSON log, of otel.jsonl or of query_log.sql"
  return `is a ${source.kind} artefact, not a log: name its folder as the target directory`
}
