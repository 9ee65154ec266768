import { lstatSync, realpathSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { GitFacts, RepositoryFacts } from '../../../connectors/dbt/index.js'
import { type Git, GitFailure } from './git.js'

/** What version control says of a project and of each of its files. */
export interface ProjectRepository {
  readonly facts: RepositoryFacts
  /** Paths relative to the project; null outside version control. */
  readonly of: (path: string) => GitFacts | null
}

/**
 * Looks at the files as git does: the content that it would store (line ends and filters applied) is held against the
 * commit, not against the index, which can be told to look away. A file of a submodule is told from the submodule's
 * commit. Never throws; what could not be asked has its reason.
 */
export async function readRepository(git: Git, project: string, paths: readonly string[]): Promise<ProjectRepository> {
  try {
    const directory = realpathSync(project)
    const top = (await git(directory, ['rev-parse', '--show-toplevel'])).replace(/\r?\n$/, '')
    const commit = (await git(directory, ['rev-parse', '--verify', 'HEAD^{commit}'])).trim()
    const [files, clean] = await Promise.all([
      factsOf(git, { top, commit, directory }, paths),
      git(directory, [...DIFF, commit, '--', '.']).then((names) => names === ''),
    ])
    const changed = [...files.values()].some(({ tracked, modified }) => tracked && modified)
    const untracked = { commit, tracked: false, modified: false }
    return { facts: { commit, modified: !clean || changed }, of: (path) => files.get(path) ?? untracked }
  } catch (error) {
    return { facts: { unavailable: error instanceof GitFailure ? error.reason : 'failed' }, of: () => null }
  }
}

const DIFF = ['diff', '-z', '--name-only', '--no-ext-diff', '--no-textconv', '--no-renames', '--relative'] as const

interface Place {
  readonly top: string
  readonly commit: string
  /** Real path of the folder that the paths are relative to. */
  readonly directory: string
}

interface Entry {
  readonly kind: 'file' | 'link' | 'submodule'
  readonly object: string
}

/** Facts of the files that the commit has, by path; a path that it does not have is left out. */
async function factsOf(git: Git, place: Place, paths: readonly string[]): Promise<Map<string, GitFacts>> {
  const { directory, commit } = place
  const entries = entriesIn(await git(directory, ['ls-tree', '-r', '-z', commit, '--', '.']))
  const files = paths.filter((path) => entries.get(path)?.kind === 'file' && isPlainFile(join(directory, path)))
  const now = await objectsOf(git, place, files)
  const found = new Map<string, GitFacts>()
  for (const path of paths) {
    const entry = entries.get(path)
    // Of a link the commit holds where it leads, not the bytes that are read through it.
    if (entry?.kind === 'file') found.set(path, { commit, tracked: true, modified: now.get(path) !== entry.object })
  }
  for (const [path, { kind }] of entries) {
    if (kind !== 'submodule') continue
    for (const [inside, facts] of await factsInSubmodule(git, directory, path, paths)) found.set(inside, facts)
  }
  return found
}

async function factsInSubmodule(
  git: Git,
  directory: string,
  submodule: string,
  paths: readonly string[],
): Promise<(readonly [path: string, facts: GitFacts])[]> {
  const inside = paths
    .filter((path) => path.startsWith(`${submodule}/`))
    .map((path) => path.slice(submodule.length + 1))
  if (inside.length === 0) return []
  const folder = realpathSync(join(directory, submodule))
  const commit = (await git(folder, ['rev-parse', '--verify', 'HEAD^{commit}'])).trim()
  const found = await factsOf(git, { top: folder, commit, directory: folder }, inside)
  return [...found].map(([path, facts]) => [`${submodule}/${path}`, facts])
}

/** `<mode> <type> <object>\t<path>`, each ended by NUL. */
function entriesIn(list: string): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const line of list.split('\0')) {
    const [, mode, object = '', path] = /^(\d+) \w+ ([0-9a-f]+)\t([\s\S]*)$/.exec(line) ?? []
    if (path !== undefined)
      entries.set(path, { object, kind: mode === '160000' ? 'submodule' : mode === '120000' ? 'link' : 'file' })
  }
  return entries
}

/** The objects that git would store for these files now. Its list of paths has one a line. */
async function objectsOf(git: Git, { top, directory }: Place, paths: readonly string[]): Promise<Map<string, string>> {
  const prefix = relative(top, directory).split(sep).filter(Boolean)
  const asked = paths.filter((path) => !path.includes('\n') && !path.startsWith('"'))
  if (asked.length === 0) return new Map()
  const list = asked.map((path) => [...prefix, path].join('/'))
  const objects = (await git(top, ['hash-object', '--stdin-paths'], `${list.join('\n')}\n`)).trimEnd().split('\n')
  return new Map(asked.map((path, at) => [path, objects[at] ?? '']))
}

function isPlainFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
}
