import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RepositoryFacts, SourceFile, SourcePath } from '../../../connectors/dbt/index.js'
import type { Git } from './git.js'
import { readRepository } from './read-repository.js'

const LARGEST_BYTES = 64 << 20

/** The project's source files as they lie on disk, with what version control says about each and about the whole. */
export async function readSources(
  git: Git,
  project: string,
  paths: readonly SourcePath[],
): Promise<{ readonly sources: readonly SourceFile[]; readonly repository: RepositoryFacts | undefined }> {
  if (paths.length === 0) return { sources: [], repository: undefined }
  const repository = await readRepository(
    git,
    project,
    paths.map(({ path }) => path),
  )
  const sources = paths.map(({ path }) => ({ path, ...readSource(join(project, path)), git: repository.of(path) }))
  return { sources, repository: repository.facts }
}

function readSource(path: string): Pick<SourceFile, 'bytes' | 'unavailable'> {
  try {
    if (statSync(path).size > LARGEST_BYTES) return { bytes: null, unavailable: 'unreadable' }
    return { bytes: new Uint8Array(readFileSync(path)) }
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return { bytes: null, unavailable: missing ? 'missing' : 'unreadable' }
  }
}
