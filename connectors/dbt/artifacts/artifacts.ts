import { hex } from '../../../src/canonical/index.js'
import { sha256 } from '../../../src/crypto/index.js'
import { ClyraError, isClyraError } from '../../../src/errors/index.js'
import type { DraftEvent } from '../../../src/events/index.js'
import { draftOf, SOURCES } from '../drafts/index.js'
import { type ArtifactName, invocationOf } from './artifact-json.js'
import type { SourcesJson } from './freshness.js'
import type { Manifest } from './manifest.js'
import type { RunResults } from './run-results.js'

/** A file that belongs to the run and is to be kept in the artefact store. */
export interface CapturedArtifact {
  readonly name: string
  readonly mediaType: string
  readonly sha256: string
  readonly size: number
  readonly bytes: Uint8Array
}

/** What became of an artefact: `own` is this run's; nothing of a `stale` or `unreadable` one enters the ledger. */
export type ArtifactState<T> =
  | { readonly kind: 'own'; readonly value: T; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'stale'; readonly invocation: string | null }
  /** Its bytes are kept: whose they are cannot be told, and dbt's next run overwrites the file. */
  | { readonly kind: 'unreadable'; readonly error: ClyraError; readonly bytes: Uint8Array }

/** Whose the artefacts of one run are. */
export interface Judged {
  readonly manifest: ArtifactState<Manifest>
  readonly runResults: ArtifactState<RunResults>
  readonly sources: ArtifactState<SourcesJson>
  readonly extras: readonly {
    readonly name: string
    readonly bytes: Uint8Array
    readonly whose: 'own' | 'another-run' | 'unreadable'
  }[]
  readonly invocation: string | null
}

/** How it is told whose an artefact is. */
export interface Belonging {
  /** The invocation that was asked for, or the log's; null where there is neither. */
  readonly invocation: string | null
  /** The wrapper's run id, which dbt writes into the artefacts' `metadata.env`. */
  readonly run: string | null
}

/**
 * An artefact is this run's if it names the log's invocation; where there is no log, if it carries the wrapper's run
 * id; where there is neither, it is the run (the first artefact names the invocation for the others).
 */
export function judgeArtifact<T extends { readonly invocation: string | null; readonly runId: string | null }>(
  bytes: Uint8Array | undefined,
  read: (bytes: Uint8Array) => T,
  belonging: Belonging,
): ArtifactState<T> {
  if (bytes === undefined) return { kind: 'missing' }
  let value: T
  try {
    value = read(bytes)
  } catch (error) {
    if (isClyraError(error)) return { kind: 'unreadable', error, bytes }
    throw new ClyraError('INTERNAL', 'an artefact reader failed in an unforeseen way', { cause: error })
  }
  const { invocation, run } = belonging
  const own =
    invocation !== null
      ? value.invocation === invocation
      : run !== null
        ? value.runId === run
        : value.invocation !== null
  return own ? { kind: 'own', value, bytes } : { kind: 'stale', invocation: value.invocation }
}

/** Whose `catalog.json` or `sources.json` is: kept where it names this invocation, otherwise left alone. */
export function judgeExtra(bytes: Uint8Array, invocation: string | null): 'own' | 'another-run' | 'unreadable' {
  const named = invocationOf(bytes)
  if (named === null) return 'unreadable'
  return named === invocation ? 'own' : 'another-run'
}

export function captured(name: ArtifactName | string, bytes: Uint8Array): CapturedArtifact {
  return { name, mediaType: 'application/json', sha256: hex(sha256(bytes)), size: bytes.length, bytes }
}

export function capturedDraft(
  run: string,
  invocation: string,
  time: string | null,
  artifact: CapturedArtifact,
): DraftEvent<'dev.clyra.artifact.captured.v1'> {
  const { name, mediaType, sha256: digest, size } = artifact
  const key = `${invocation}/artifact/${name}`
  return draftOf(run, SOURCES.project, key, 'dev.clyra.artifact.captured.v1', time, {
    name,
    mediaType,
    sha256: digest,
    size: String(size),
    invocation,
  })
}
