import type { DraftEvent } from '../../src/events/index.js'
import { draftOf, sealedText } from './drafts.js'
import { label } from './text.js'

export type Engine = 'dbt-core' | 'dbt-fusion' | 'unknown'

/** What a source says about the invocation as it starts. */
export interface InvocationFacts {
  engine: Engine
  version: string | null
  command: string | null
  /** The whole command line, in clear: it is sealed in the record. */
  arguments: string | null
  project: string | null
  target: string | null
  adapter: string | null
  threads: number | null
}

export function noFacts(): InvocationFacts {
  return {
    engine: 'unknown',
    version: null,
    command: null,
    arguments: null,
    project: null,
    target: null,
    adapter: null,
    threads: null,
  }
}

/** `2.0.0-preview.196` is the Rust engine, whatever package it came in; 1.x is dbt-core in Python. */
export function engineOf(version: string | null): Engine {
  const major = /^=?([0-9]+)\./.exec(version ?? '')?.[1]
  return major === undefined ? 'unknown' : Number(major) >= 2 ? 'dbt-fusion' : 'dbt-core'
}

/** `=1.12.6` -> `1.12.6`. */
export function versionOf(value: unknown): string | null {
  return typeof value === 'string' ? label(value.replace(/^=/, '')) : null
}

const COMMANDS = new Set([
  'build',
  'clean',
  'clone',
  'compile',
  'debug',
  'deps',
  'docs',
  'environment',
  'freshness',
  'init',
  'list',
  'ls',
  'parse',
  'retry',
  'run',
  'run-operation',
  'seed',
  'show',
  'snapshot',
  'source',
  'test',
])

/** Flags before a sub-command that take the next word: `--log-level debug build` is a build. */
export const VALUE_FLAGS: ReadonlySet<string> = new Set([
  '--defer-state',
  '--indirect-selection',
  '--log-file-max-bytes',
  '--log-format',
  '--log-format-file',
  '--log-level',
  '--log-level-file',
  '--log-path',
  '--otel-file-name',
  '--otel-parquet-file-name',
  '--printer-width',
  '--profile',
  '--profiles-dir',
  '--project-dir',
  '--record-timing-info',
  '--state',
  '--target',
  '--target-path',
  '--threads',
  '--vars',
  '--warn-error-options',
  '-r',
  '-t',
])

/** The sub-command of a dbt command line: the first word of dbt's closed list. `generate` is what docs calls itself. */
export function commandOf(commandLine: unknown): string | null {
  if (typeof commandLine !== 'string') return null
  const words = commandLine.split(/\s+/).filter((word) => word !== '')
  const at = words.findIndex((word, i) => COMMANDS.has(word) && !VALUE_FLAGS.has(words[i - 1] ?? ''))
  if (at < 0) return words.includes('generate') ? 'docs generate' : null
  const command = words[at]!
  if (command === 'docs' && words[at + 1] === 'generate') return 'docs generate'
  if (command === 'source' && words[at + 1] === 'freshness') return 'source freshness'
  return command
}

const WRITES_NOTHING = new Set(['clean', 'debug', 'deps', 'environment', 'init'])
const WRITES_NO_RESULTS = new Set([...WRITES_NOTHING, 'list', 'ls', 'parse', 'source', 'source freshness'])

/** Which artefacts a command is expected to leave; an unknown command is expected to leave both. */
export function expectedArtifacts(command: string | null): {
  readonly manifest: boolean
  readonly runResults: boolean
} {
  return { manifest: !WRITES_NOTHING.has(command ?? ''), runResults: !WRITES_NO_RESULTS.has(command ?? '') }
}

export function startedDraft(
  run: string,
  source: string,
  voice: 'claim' | 'log',
  invocation: string,
  time: string | null,
  facts: InvocationFacts,
): DraftEvent<'dev.clyra.dbt.invocation.started.v1'> {
  return draftOf(run, source, `${invocation}/${voice}/started`, 'dev.clyra.dbt.invocation.started.v1', time, {
    voice,
    invocation,
    engine: facts.engine,
    version: facts.version,
    command: facts.command,
    arguments: sealedText(facts.arguments),
    project: facts.project,
    target: facts.target,
    adapter: facts.adapter,
    threads: facts.threads,
  })
}

export function completedDraft(
  run: string,
  source: string,
  voice: 'claim' | 'log',
  invocation: string,
  time: string | null,
  facts: { success: boolean | null; elapsedSeconds: string | null; results: [string, string][] },
): DraftEvent<'dev.clyra.dbt.invocation.completed.v1'> {
  return draftOf(run, source, `${invocation}/${voice}/completed`, 'dev.clyra.dbt.invocation.completed.v1', time, {
    voice,
    invocation,
    ...facts,
  })
}
