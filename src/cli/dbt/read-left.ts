import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type LeftArtifacts, readManifest, sourcePathsOf } from '../../../connectors/dbt/index.js'
import { ClyraError, fromSystemError, isClyraError } from '../../errors/index.js'
import type { Environment } from '../environment.js'
import { gitWith } from './git.js'
import { readSources } from './read-sources.js'

const EXTRAS = ['catalog.json', 'sources.json'] as const
/** Of an artefact; a log may have any size. A manifest of a million nodes is larger. */
export const LARGEST_BYTES = 512 << 20

export interface ReadLeft extends LeftArtifacts {
  /** Names of the files that are there and larger than what is read; only with `gap`. */
  readonly tooLarge: readonly string[]
}

/**
 * What dbt left in its target directory, with the source files that its manifest names. `variables` are those that git
 * is started with, as far as they may not lead it astray. Throws DBT_ARTIFACT_TOO_LARGE where `onTooLarge` is `throw`.
 */
export async function readLeft(
  variables: Environment['variables'],
  target: string,
  project: string,
  onTooLarge: 'throw' | 'gap' = 'gap',
): Promise<ReadLeft> {
  const tooLarge: string[] = []
  const read = (name: string) => {
    try {
      return readIfThere(join(target, name))
    } catch (error) {
      if (onTooLarge === 'throw' || !isClyraError(error, 'DBT_ARTIFACT_TOO_LARGE')) throw error
      tooLarge.push(name)
      return undefined
    }
  }
  const manifest = read('manifest.json')
  const runResults = read('run_results.json')
  const extras = EXTRAS.flatMap((name) => {
    const bytes = read(name)
    return bytes === undefined ? [] : [{ name, bytes }]
  })
  return {
    manifest,
    runResults,
    extras,
    ...(await readSources(gitWith(variables), project, pathsIn(manifest))),
    tooLarge,
  }
}

/** Which source files to read; none where the manifest cannot be read, which the reader then judges. */
function pathsIn(manifest: Uint8Array | undefined): ReturnType<typeof sourcePathsOf> {
  if (manifest === undefined) return []
  try {
    return sourcePathsOf(readManifest(manifest))
  } catch (error) {
    if (isClyraError(error)) return []
    throw error
  }
}

/** Throws DBT_ARTIFACT_TOO_LARGE, and what the file system says. */
export function readIfThere(path: string): Uint8Array | undefined {
  try {
    const { size } = statSync(path)
    if (size > LARGEST_BYTES) throw tooLarge(path, size)
    const { buffer, byteOffset, length } = readFileSync(path)
    return new Uint8Array(buffer, byteOffset, length)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw fromSystemError(error, 'read', path)
  }
}

function tooLarge(path: string, size: number): ClyraError {
  return new ClyraError('DBT_ARTIFACT_TOO_LARGE', `${path} has ${size} bytes; up to ${LARGEST_BYTES} are read`, {
    details: { path, size, most: LARGEST_BYTES },
  })
}
