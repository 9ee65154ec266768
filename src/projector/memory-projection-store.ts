import type { ProjectionVersion } from '../events/index.js'
import type { ProjectionCheckpoint, ProjectionStep, ProjectionStore, StoredState } from '../ports/index.js'
import { movedCheckpoint } from './moved-checkpoint.js'

interface Folded {
  checkpoint: ProjectionCheckpoint
  readonly states: Map<string, StoredState>
}

const START: ProjectionCheckpoint = { through: 0, leaf: null }

/** A projection store in memory: for tests, as-of questions and read-only ledgers. */
export class MemoryProjectionStore implements ProjectionStore {
  readonly #active = new Map<string, ProjectionVersion>()
  readonly #names = new Map<string, Map<ProjectionVersion, Folded>>()

  async active(name: string): Promise<ProjectionVersion | undefined> {
    return this.#active.get(name)
  }

  async checkpoint(name: string, version: ProjectionVersion): Promise<ProjectionCheckpoint> {
    return this.#folded(name, version)?.checkpoint ?? START
  }

  async load(name: string, version: ProjectionVersion, partition: string): Promise<StoredState | undefined> {
    return this.#folded(name, version)?.states.get(partition)
  }

  async partitions(
    name: string,
    version: ProjectionVersion,
    after: string | undefined,
    limit: number,
  ): Promise<string[]> {
    const all = [...(this.#folded(name, version)?.states.keys() ?? [])]
      .map((text) => Buffer.from(text))
      .sort(Buffer.compare)
    const from = after === undefined ? all : all.filter((one) => Buffer.compare(one, Buffer.from(after)) > 0)
    return from.slice(0, limit).map((one) => one.toString())
  }

  async commit(name: string, version: ProjectionVersion, step: ProjectionStep): Promise<void> {
    const versions = this.#names.get(name) ?? new Map<ProjectionVersion, Folded>()
    const folded = versions.get(version) ?? { checkpoint: START, states: new Map() }
    if (folded.checkpoint.through !== step.expected.through) throw movedCheckpoint(name, step, folded.checkpoint)
    folded.checkpoint = step.next
    for (const { partition, bytes, digest, position } of step.changes) {
      folded.states.set(partition, { bytes, digest, position })
    }
    this.#names.set(name, versions.set(version, folded))
  }

  async activate(name: string, version: ProjectionVersion): Promise<void> {
    this.#active.set(name, version)
    const versions = this.#names.get(name)
    for (const other of versions?.keys() ?? []) if (other !== version) versions?.delete(other)
  }

  async close(): Promise<void> {}

  #folded(name: string, version: ProjectionVersion): Folded | undefined {
    return this.#names.get(name)?.get(version)
  }
}
