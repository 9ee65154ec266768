import { join } from 'node:path'
import { isClyraError } from '../../../src/errors/index.js'
import { isMissingFile, readFileSyncBounded, type Variables } from '../../../src/system/index.js'
import { readManifest } from '../artifacts/index.js'
import type { LeftArtifacts } from '../run/index.js'
import { gitWith, readSources, sourcePathsOf } from '../sources/index.js'

const EXTRAS = ['catalog.json', 'sources.json'] as const
/** Of an artefact; a log may have any size. A manifest of a million nodes is larger. */
export const LARGEST_BYTES = 512 << 20

export interface ReadLeft extends LeftArtifacts {
  /** Names of the files that are there and cannot be read: too large, no regular file, not ours to read; only with `gap`. */
  readonly unread: readonly string[]
}

/**
 * What dbt left in its target directory, with the source files that its manifest names. `variables` are those that git
 * is started with, as far as they may not lead it astray. Throws as `readIfThere` where `onUnread` is `throw`.
 */
export async function readLeft(
  variables: Variables,
  target: string,
  project: string,
  onUnread: 'throw' | 'gap' = 'gap',
): Promise<ReadLeft> {
  const unread: string[] = []
  const read = (name: string) => {
    try {
      return readIfThere(join(target, name))
    } catch (error) {
      if (onUnread === 'throw' || !isClyraError(error)) throw error
      unread.push(name)
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
    unread,
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

/** Undefined where there is no such file. Throws DBT_ARTIFACT_TOO_LARGE, NOT_A_REGULAR_FILE, and what the file system says. */
export function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSyncBounded(path, {
      limit: LARGEST_BYTES,
      tooLarge: 'DBT_ARTIFACT_TOO_LARGE',
      what: 'an artefact of dbt',
    })
  } catch (error) {
    if (isMissingFile(error)) return undefined
    throw error
  }
}
