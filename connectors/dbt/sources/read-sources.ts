import { join } from 'node:path'
import { isMissingFile, readFileBounded } from '../../../src/system/index.js'
import type { Git } from './git.js'
import { readRepository } from './read-repository.js'
import type { RepositoryFacts } from './repository.js'
import type { SourceFile, SourcePath } from './sources.js'

const SOURCE_FILE = { limit: 64 << 20, tooLarge: 'DBT_ARTIFACT_TOO_LARGE', what: 'a source file' } as const

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
  const sources: SourceFile[] = []
  for (const { path } of paths)
    sources.push({ path, ...(await readSource(join(project, path))), git: repository.of(path) })
  return { sources, repository: repository.facts }
}

async function readSource(path: string): Promise<Pick<SourceFile, 'bytes' | 'unavailable'>> {
  try {
    return { bytes: await readFileBounded(path, SOURCE_FILE) }
  } catch (error) {
    return { bytes: null, unavailable: isMissingFile(error) ? 'missing' : 'unreadable' }
  }
}
