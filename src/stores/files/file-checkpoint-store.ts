import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import { sameNote } from '../../ledger/index.js'
import type { CheckpointStore } from '../../ports/index.js'
import { isMissingFile } from '../../system/index.js'
import { ensureDirectory, readSmallFile, replaceFile, syncDirectory } from './durable-file.js'

const LATEST = 'latest'

/**
 * The sealer's memory in a directory: `latest`, and `<size>` for each checkpoint kept for ever. Compare-and-set is a
 * comparison followed at once by a rename; the writer's lock of the ledger keeps others away in between.
 */
export class FileCheckpointStore implements CheckpointStore {
  readonly #directory: string
  readonly #assertHeld: (() => void) | undefined
  /** What stands here may be in the cache only: left by a killed process, or by a write of this one that failed. */
  #unsure: boolean

  /**
   * `assertHeld`: for the holder of the ledger's lock; throws where he holds it no more. What he reads he builds on, so it
   * is flushed first where need be.
   */
  constructor(directory: string, { assertHeld }: { readonly assertHeld?: () => void } = {}) {
    this.#directory = directory
    this.#assertHeld = assertHeld
    this.#unsure = assertHeld !== undefined
  }

  async latest(): Promise<Uint8Array | undefined> {
    await this.#settle()
    return this.#read(LATEST)
  }

  async compareAndSet(expected: Uint8Array | undefined, next: Uint8Array): Promise<void> {
    const compare = () => {
      if (sameNote(this.#read(LATEST), expected)) return
      throw new ClyraError('TREE_DIVERGED', 'the last signed checkpoint was replaced by someone else', {
        details: { path: join(this.#directory, LATEST) },
      })
    }
    await this.#settle()
    compare()
    await this.#write(LATEST, next, compare)
  }

  async keep(size: number, note: Uint8Array): Promise<void> {
    const compare = () => {
      const there = this.#read(String(size))
      if (there === undefined || sameNote(there, note)) return there
      throw new ClyraError('TREE_DIVERGED', `another checkpoint of size ${size} is kept already`, {
        details: { path: join(this.#directory, String(size)) },
      })
    }
    if (compare() === undefined) return this.#write(String(size), note, compare)
    await this.#settle()
  }

  async kept(size: number): Promise<Uint8Array | undefined> {
    return this.#read(String(size))
  }

  async keptSizes(): Promise<number[]> {
    try {
      const names = await readdir(this.#directory)
      return names
        .filter((name) => /^(0|[1-9][0-9]{0,15})$/.test(name))
        .map(Number)
        .sort((a, b) => a - b)
    } catch (error) {
      if (isMissingFile(error)) return []
      throw fromSystemError(error, 'read the directory', this.#directory)
    }
  }

  /** The bytes of a file were flushed before it got its name; the name may still be lost. */
  async #settle(): Promise<void> {
    if (!this.#unsure) return
    await ensureDirectory(this.#directory)
    await syncDirectory(this.#directory)
    this.#unsure = false
  }

  #read(name: string): Uint8Array | undefined {
    return readSmallFile(join(this.#directory, name))
  }

  async #write(name: string, note: Uint8Array, compare: () => unknown): Promise<void> {
    this.#assertHeld?.()
    await ensureDirectory(this.#directory)
    this.#unsure = this.#assertHeld !== undefined
    const mayReplace = () => {
      this.#assertHeld?.()
      compare()
    }
    // One writer: what a killed one left here is overwritten.
    await replaceFile(join(this.#directory, name), note, { temporary: join(this.#directory, '.tmp'), mayReplace })
    this.#unsure = false
  }
}
