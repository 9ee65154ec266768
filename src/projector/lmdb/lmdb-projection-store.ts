import { dirname } from 'node:path'
import { type Database, type Key, open, type RootDatabase } from 'lmdb'
import { fromHex, hex } from '../../canonical/index.js'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import type { ProjectionCheckpoint, ProjectionStep, ProjectionStore, StoredState } from '../../ports/index.js'
import { assertMappable } from '../../system/index.js'
import { movedCheckpoint } from '../moved-checkpoint.js'

/*
 * One table. Keys are arrays, which LMDB orders by their elements:
 *   ['active', name]                        u64 version
 *   ['checkpoint', name, version]           u64 through, leaf (32 bytes; absent at 0)
 *   ['state', name, version, partition]     digest (32 bytes), u64 position, the state's canonical JSON
 * Integers are big-endian.
 */
const DIGEST = 32
const HEADER = DIGEST + 8

/**
 * A projection store in one LMDB file. Committed means: whole, and visible to every reader. The states are derived, so
 * a commit that a power loss takes back is folded again.
 */
export class LmdbProjectionStore implements ProjectionStore {
  readonly #root: RootDatabase<Buffer, Key>
  readonly #table: Database<Buffer, Key>

  private constructor(root: RootDatabase<Buffer, Key>) {
    this.#root = root
    this.#table = root
  }

  /**
   * `file`: the path of the LMDB file; made where it is absent. Throws INDEX_CORRUPT where it is no whole database (it is
   * derived: delete it), IO_FAILED, PERMISSION_DENIED, READ_ONLY, DISK_FULL. Reads of a damaged one reject with INDEX_CORRUPT.
   */
  static open(file: string, options: { readonly readOnly?: boolean } = {}): LmdbProjectionStore {
    const files = { directory: dirname(file), data: file, lock: `${file}-lock`, what: 'the kept projections' }
    assertMappable(files, options.readOnly === true)
    try {
      const root = open<Buffer, Key>({
        path: file,
        noSubdir: true,
        encoding: 'binary',
        readOnly: options.readOnly === true,
      })
      return new LmdbProjectionStore(root)
    } catch (error) {
      throw fromSystemError(error, 'open the projections', file)
    }
  }

  async active(name: string): Promise<number | undefined> {
    return reading(() => {
      const value = this.#table.get(['active', name])
      return value === undefined ? undefined : Number(value.readBigUInt64BE())
    })
  }

  async checkpoint(name: string, version: number): Promise<ProjectionCheckpoint> {
    return this.#checkpoint(name, version)
  }

  async load(name: string, version: number, partition: string): Promise<StoredState | undefined> {
    return reading(() => {
      const value = this.#table.get(['state', name, version, partition])
      if (value === undefined) return undefined
      return {
        digest: hex(value.subarray(0, DIGEST)),
        position: Number(value.readBigUInt64BE(DIGEST)),
        // A copy: LMDB may use the buffer again.
        bytes: new Uint8Array(value.subarray(HEADER)),
      }
    })
  }

  async partitions(name: string, version: number, after: string | undefined, limit: number): Promise<string[]> {
    const start = ['state', name, version, ...(after === undefined ? [] : [after])]
    return reading(() => {
      const found: string[] = []
      for (const key of this.#table.getKeys({ start, end: ['state', name, version + 1] })) {
        // Keys under 'state' have four elements, the last a string.
        const partition = (key as string[])[3]
        if (partition === undefined || partition === after) continue
        if (found.length === limit) break
        found.push(partition)
      }
      return found
    })
  }

  async commit(name: string, version: number, step: ProjectionStep): Promise<void> {
    await this.#write(() => {
      const actual = this.#checkpoint(name, version)
      if (actual.through !== step.expected.through) throw movedCheckpoint(name, step, actual)
      this.#table.put(['checkpoint', name, version], checkpointBytes(step.next))
      for (const change of step.changes) {
        this.#table.put(['state', name, version, change.partition], stateBytes(change))
      }
    })
  }

  async activate(name: string, version: number): Promise<void> {
    await this.#write(() => {
      this.#table.put(['active', name], u64(version))
      for (const kind of ['checkpoint', 'state']) {
        for (const key of [
          ...this.#table.getKeys({ start: [kind, name], end: [kind, name, Number.POSITIVE_INFINITY] }),
        ]) {
          // Keys of both kinds have the version as their third element.
          if ((key as Key[])[2] !== version) this.#table.remove(key)
        }
      }
    })
  }

  async close(): Promise<void> {
    await this.#root.close()
  }

  #checkpoint(name: string, version: number): ProjectionCheckpoint {
    return reading(() => {
      const value = this.#table.get(['checkpoint', name, version])
      if (value === undefined) return { through: 0, leaf: null }
      return { through: Number(value.readBigUInt64BE()), leaf: value.length > 8 ? hex(value.subarray(8)) : null }
    })
  }

  /** One transaction: an error thrown inside takes all of it back. */
  async #write(steps: () => void): Promise<void> {
    try {
      this.#root.transactionSync(steps)
      await this.#root.flushed
    } catch (error) {
      throw fromSystemError(error, 'write the projections')
    }
  }
}

/** What LMDB refuses to read, and what is not in its form. */
function reading<T>(act: () => T): T {
  try {
    return act()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ClyraError('INDEX_CORRUPT', `the kept projections cannot be read: ${why}`, { cause })
  }
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

function checkpointBytes({ through, leaf }: ProjectionCheckpoint): Buffer {
  return Buffer.concat([u64(through), leaf === null ? Buffer.alloc(0) : fromHex(leaf)])
}

function stateBytes({ digest, position, bytes }: StoredState): Buffer {
  return Buffer.concat([fromHex(digest), u64(position), bytes])
}
