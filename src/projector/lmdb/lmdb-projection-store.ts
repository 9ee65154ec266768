import { dirname } from 'node:path'
import { type Database, type Key, open, type RootDatabase } from 'lmdb'
import { fromHex, hex, utf8 } from '../../canonical/index.js'
import { sha256Hex } from '../../crypto/index.js'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import type { ProjectionVersion } from '../../events/index.js'
import type { ProjectionCheckpoint, ProjectionStep, ProjectionStore, StoredState } from '../../ports/index.js'
import { assertMappable } from '../../system/index.js'
import { movedCheckpoint } from '../moved-checkpoint.js'

/*
 * One table. Keys are arrays, which LMDB orders by their elements:
 *   ['active', name]                        u64 version, or the text of one that is no number
 *   ['checkpoint', name, version]           u64 through, leaf (32 bytes; absent at 0)
 *   ['state', name, version, partition]     digest (32 bytes), u64 position, the state's canonical JSON
 * Integers are big-endian. In keys, which have an end, a version that is a text stands as its SHA-256.
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

  async active(name: string): Promise<ProjectionVersion | undefined> {
    return reading(() => {
      const value = this.#table.get(['active', name])
      return value === undefined ? undefined : versionIn(value)
    })
  }

  async checkpoint(name: string, version: ProjectionVersion): Promise<ProjectionCheckpoint> {
    return this.#checkpoint(name, version)
  }

  async load(name: string, version: ProjectionVersion, partition: string): Promise<StoredState | undefined> {
    return reading(() => {
      const value = this.#table.get(['state', name, keyOf(version), partition])
      if (value === undefined) return undefined
      return {
        digest: hex(value.subarray(0, DIGEST)),
        position: Number(value.readBigUInt64BE(DIGEST)),
        // A copy: LMDB may use the buffer again.
        bytes: new Uint8Array(value.subarray(HEADER)),
      }
    })
  }

  async partitions(
    name: string,
    version: ProjectionVersion,
    after: string | undefined,
    limit: number,
  ): Promise<string[]> {
    const under = ['state', name, keyOf(version)]
    return reading(() => {
      const found: string[] = []
      for (const key of this.#keysUnder(under, after)) {
        // Keys under 'state' have four elements, the last a string.
        const partition = key[3] as string
        if (partition === after) continue
        if (found.length === limit) break
        found.push(partition)
      }
      return found
    })
  }

  async commit(name: string, version: ProjectionVersion, step: ProjectionStep): Promise<void> {
    await this.#write(() => {
      const actual = this.#checkpoint(name, version)
      if (actual.through !== step.expected.through) throw movedCheckpoint(name, step, actual)
      this.#table.put(['checkpoint', name, keyOf(version)], checkpointBytes(step.next))
      for (const change of step.changes) {
        this.#table.put(['state', name, keyOf(version), change.partition], stateBytes(change))
      }
    })
  }

  async activate(name: string, version: ProjectionVersion): Promise<void> {
    await this.#write(() => {
      this.#table.put(['active', name], versionBytes(version))
      for (const kind of ['checkpoint', 'state']) {
        // Keys of both kinds have the version as their third element.
        for (const key of [...this.#keysUnder([kind, name])]) if (key[2] !== keyOf(version)) this.#table.remove(key)
      }
    })
  }

  async close(): Promise<void> {
    await this.#root.close()
  }

  /** The keys that begin with these elements, in order, from `after` on. */
  *#keysUnder(under: readonly Key[], after?: string): Iterable<Key[]> {
    for (const key of this.#table.getKeys({ start: after === undefined ? [...under] : [...under, after] })) {
      // Every key of the table is an array.
      const elements = key as Key[]
      if (!under.every((element, at) => element === elements[at])) return
      yield elements
    }
  }

  #checkpoint(name: string, version: ProjectionVersion): ProjectionCheckpoint {
    return reading(() => {
      const value = this.#table.get(['checkpoint', name, keyOf(version)])
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

function keyOf(version: ProjectionVersion): number | string {
  return typeof version === 'number' ? version : sha256Hex(utf8(version))
}

/** A number, below 2^53, begins with a byte 0; no text of a version does. */
function versionBytes(version: ProjectionVersion): Buffer {
  return typeof version === 'number' ? u64(version) : Buffer.from(version)
}

function versionIn(bytes: Buffer): ProjectionVersion {
  return bytes[0] === 0 ? Number(bytes.readBigUInt64BE()) : bytes.toString()
}

function checkpointBytes({ through, leaf }: ProjectionCheckpoint): Buffer {
  return Buffer.concat([u64(through), leaf === null ? Buffer.alloc(0) : fromHex(leaf)])
}

function stateBytes({ digest, position, bytes }: StoredState): Buffer {
  return Buffer.concat([fromHex(digest), u64(position), bytes])
}
