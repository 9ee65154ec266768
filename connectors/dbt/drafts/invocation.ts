import type { DraftEvent } from '../../../src/events/index.js'
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
