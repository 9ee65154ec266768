export { gitWith } from './git.js'
export { readSources } from './read-sources.js'
export { type RepositoryFacts, repositoryDraft } from './repository.js'
export { type GitFacts, type SourceFile, type SourcePath, sourceDrafts, sourcePathsOf } from './sources.js'
