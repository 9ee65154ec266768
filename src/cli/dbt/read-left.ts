import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type LeftArtifacts, readManifest, sourcePathsOf } from '../../../connectors/dbt/index.js'
import { fromSystemError, isClyraError } from '../../errors/index.js'
import type { Environment } from '../environment.js'
import { gitWith } from './git.js'
import { readSources } from './read-sources.js'

const EXTRAS = ['catalog.json', 'sources.json'] as const
/** A manifest of this size is read by nobody in the time that a wrapper has. */
const LARGEST_BYTES = 512 << 20

/**
 * What dbt left in its target directory, with the source files that its manifest names. `variables` are those that git
 * is started with, as far as they may not lead it astray.
 */
export async function readLeft(
  variables: Environment['variables'],
  target: string,
  project: string,
): Promise<LeftArtifacts> {
  const manifest = readIfThere(join(target, 'manifest.json'))
  const extras = EXTRAS.flatMap((name) => {
    const bytes = readIfThere(join(target, name))
    return bytes === undefined ? [] : [{ name, bytes }]
  })
  return {
    manifest,
    runResults: readIfThere(join(target, 'run_results.json')),
    extras,
    ...(await readSources(gitWith(variables), project, pathsIn(manifest))),
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

export function readIfThere(path: string): Uint8Array | undefined {
  try {
    if (statSync(path).size > LARGEST_BYTES) return undefined
    const { buffer, byteOffset, length } = readFileSync(path)
    return new Uint8Array(buffer, byteOffset, length)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw fromSystemError(error, 'read', path)
  }
}
