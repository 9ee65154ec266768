import { createHash } from 'node:crypto'
import { readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import type { ArtifactStore } from '../../ledger/artifact-store.js'
import { ensureDirectory, isMissing, replaceFile, syncDirectory } from './durable-file.js'

/** Artefacts in a directory, `<first two digits>/<sha256>`, mode 0600. */
export class FileArtifactStore implements ArtifactStore {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  async put(bytes: Uint8Array): Promise<{ readonly sha256: string; readonly size: number }> {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const path = this.#pathOf(sha256)
    // Written again unless it is there whole: a file that was damaged since is mended by this.
    if ((await this.#read(sha256))?.intact !== true) {
      await ensureDirectory(dirname(path))
      await replaceFile(path, bytes)
    }
    return { sha256, size: bytes.length }
  }

  async get(sha256: string): Promise<Uint8Array | undefined> {
    const found = await this.#read(sha256)
    if (found === undefined) return undefined
    if (found.intact) return found.bytes
    throw new ClyraError('ARTIFACT_CORRUPT', `the artefact ${sha256} no longer has its digest`, {
      details: { sha256, path: this.#pathOf(sha256) },
    })
  }

  async has(sha256: string): Promise<boolean> {
    try {
      return (await stat(this.#pathOf(sha256))).isFile()
    } catch (error) {
      if (isMissing(error)) return false
      throw fromSystemError(error, 'look for', this.#pathOf(sha256))
    }
  }

  async remove(sha256: string): Promise<void> {
    const path = this.#pathOf(sha256)
    try {
      await rm(path, { force: true })
      await syncDirectory(dirname(path)).catch((error) => {
        if (!isMissing(error.cause)) throw error
      })
    } catch (error) {
      throw fromSystemError(error, 'remove', path)
    }
  }

  async #read(sha256: string): Promise<{ readonly bytes: Uint8Array; readonly intact: boolean } | undefined> {
    const path = this.#pathOf(sha256)
    try {
      const bytes = new Uint8Array(await readFile(path))
      return { bytes, intact: createHash('sha256').update(bytes).digest('hex') === sha256 }
    } catch (error) {
      if (isMissing(error)) return undefined
      throw fromSystemError(error, 'read', path)
    }
  }

  /** The digest becomes a path: anything but a digest is refused here. */
  #pathOf(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) {
      throw new ClyraError('ARTIFACT_MISSING', `${JSON.stringify(String(sha256).slice(0, 80))} is not a SHA-256 in hex`)
    }
    return join(this.#directory, sha256.slice(0, 2), sha256)
  }
}
