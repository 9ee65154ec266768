import { createHash } from 'node:crypto'
import { lstat, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import type { ArtifactStore, StoredArtifact } from '../../ports/index.js'
import { isMissingFile, readStateFileLater } from '../../system/index.js'
import { destroyFile } from './destroy-file.js'
import { ensureDirectory, replaceFile, syncDirectory } from './durable-file.js'
import { packArtifact, unpackArtifact } from './packed-artifact.js'

const PACKED = '.br'

/**
 * Artefacts in a directory, `<first two digits>/<sha256>.br`, packed, mode 0600; the digest is that of the plain bytes.
 * Earlier releases wrote `<sha256>`, plain: those are read, and stay as they are.
 */
export class FileArtifactStore implements ArtifactStore {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  async put(bytes: Uint8Array): Promise<{ readonly sha256: string; readonly size: number }> {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    // Written again unless it is there whole: a file that was damaged since is mended by this.
    if ((await this.#read(sha256))?.intact !== true) {
      const { packed, plain } = this.#pathsOf(sha256)
      await ensureDirectory(dirname(packed))
      await replaceFile(packed, await packArtifact(bytes))
      await this.#erase(plain)
    }
    return { sha256, size: bytes.length }
  }

  async get(sha256: string): Promise<Uint8Array | undefined> {
    const found = await this.#read(sha256)
    if (found === undefined) return undefined
    if (found.intact) return found.bytes
    throw new ClyraError('ARTIFACT_CORRUPT', `the artefact ${sha256} no longer has its digest`, {
      details: { sha256, path: found.path },
    })
  }

  async has(sha256: string): Promise<boolean> {
    const { packed, plain } = this.#pathsOf(sha256)
    return (await sizeOf(packed)) !== undefined || (await sizeOf(plain)) !== undefined
  }

  async remove(sha256: string): Promise<void> {
    const folder = dirname(this.#pathsOf(sha256).packed)
    // Also what a killed process left of writing it.
    const own = (await namesIn(folder)).filter((name) => name.startsWith(sha256))
    for (const name of own) await destroyFile(join(folder, name))
    if (own.length > 0) await syncDirectory(folder)
  }

  async *list(): AsyncIterable<StoredArtifact> {
    for (const prefix of await namesIn(this.#directory)) {
      for (const name of await namesIn(join(this.#directory, prefix))) {
        const sha256 = name.endsWith(PACKED) ? name.slice(0, -PACKED.length) : name
        if (!IS_DIGEST.test(sha256) || !sha256.startsWith(prefix)) continue
        const size = await sizeOf(join(this.#directory, prefix, name))
        if (size !== undefined) yield { sha256, storedBytes: size }
      }
    }
  }

  async #erase(path: string): Promise<void> {
    try {
      await rm(path, { force: true })
    } catch (error) {
      throw fromSystemError(error, 'remove', path)
    }
  }

  /** What lies under a digest, the packed file first. */
  async #read(
    sha256: string,
  ): Promise<{ readonly bytes: Uint8Array; readonly intact: boolean; readonly path: string } | undefined> {
    const { packed, plain } = this.#pathsOf(sha256)
    const stored = await readIfThere(packed)
    if (stored !== undefined) {
      const bytes = await unpackArtifact(stored)
      return { bytes: bytes ?? stored, intact: bytes !== undefined && hasDigest(bytes, sha256), path: packed }
    }
    const bytes = await readIfThere(plain)
    return bytes === undefined ? undefined : { bytes, intact: hasDigest(bytes, sha256), path: plain }
  }

  /** The digest becomes a path: anything but a digest is refused here. */
  #pathsOf(sha256: string): { readonly packed: string; readonly plain: string } {
    if (!IS_DIGEST.test(sha256)) {
      throw new ClyraError('ARTIFACT_MISSING', `${JSON.stringify(String(sha256).slice(0, 80))} is not a SHA-256 in hex`)
    }
    const plain = join(this.#directory, sha256.slice(0, 2), sha256)
    return { packed: `${plain}${PACKED}`, plain }
  }
}

const IS_DIGEST = /^[0-9a-f]{64}$/

function hasDigest(bytes: Uint8Array, sha256: string): boolean {
  return createHash('sha256').update(bytes).digest('hex') === sha256
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readStateFileLater(path))
  } catch (error) {
    if (isMissingFile(error)) return undefined
    throw fromSystemError(error, 'read', path)
  }
}

/** Undefined where there is no such file. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await lstat(path)
    return found.isFile() ? found.size : undefined
  } catch (error) {
    if (isMissingFile(error)) return undefined
    throw fromSystemError(error, 'look for', path)
  }
}

/** In order; none where there is no such directory. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort()
  } catch (error) {
    if (isMissingFile(error)) return []
    throw fromSystemError(error, 'read the directory', directory)
  }
}
