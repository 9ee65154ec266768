import { createHash } from 'node:crypto'
import { existsSync, lstatSync, realpathSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { readFileBounded } from '../../../src/system/index.js'
import { type Git, GitFailure, withoutFilters } from './git.js'
import type { RepositoryFacts } from './repository.js'
import type { GitFacts } from './sources.js'

/** What version control says of a project and of each of its files. */
export interface ProjectRepository {
  readonly facts: RepositoryFacts
  /** Paths relative to the project; null outside version control. */
  readonly of: (path: string) => GitFacts | null
}

/**
 * Looks at the files as git does: the content that it would store (line ends as the attributes say) is held against the
 * commit, not against the index, which can be told to look away. A file of a submodule is told from the submodule's
 * commit. Never throws; what could not be asked has its reason.
 *
 * No filter is run: it is a program that the repository names. What Git LFS keeps is known by its digest; of a file with
 * another filter nothing is said.
 */
export async function readRepository(git: Git, project: string, paths: readonly string[]): Promise<ProjectRepository> {
  try {
    const place = await placeOf(git, realpathSync(project))
    const [files, clean] = await Promise.all([factsOf(place, paths), isClean(place)])
    const { commit } = place
    const changed = [...files.values()].some((file) => file?.tracked === true && file.modified)
    const untracked = { commit, tracked: false, modified: false }
    return {
      facts: { commit, modified: !clean || changed },
      of: (path) => (files.has(path) ? (files.get(path) ?? null) : untracked),
    }
  } catch (error) {
    return { facts: { unavailable: error instanceof GitFailure ? error.reason : 'failed' }, of: () => null }
  }
}

/** Submodules are asked one by one: git would start itself in each, under the configuration of each. */
const DIFF = [
  ...['diff', '-z', '--name-only', '--no-ext-diff', '--no-textconv', '--no-renames', '--relative'],
  '--ignore-submodules=all',
]

interface Place {
  /** For this repository: its filters are switched off. */
  readonly git: Git
  readonly top: string
  readonly commit: string
  /** Real path of the folder that the paths are relative to. */
  readonly directory: string
}

interface Entry {
  readonly kind: 'file' | 'link' | 'submodule'
  readonly object: string
}

async function placeOf(given: Git, directory: string): Promise<Place> {
  const git = await withoutFilters(given, directory)
  const top = (await git(directory, ['rev-parse', '--show-toplevel'])).replace(/\r?\n$/, '')
  const commit = (await git(directory, ['rev-parse', '--verify', 'HEAD^{commit}'])).trim()
  return { git, top, commit, directory }
}

/** Facts of the files that the commit has, by path, null where they cannot be told; a path that it does not have is left out. */
async function factsOf(place: Place, paths: readonly string[]): Promise<Map<string, GitFacts | null>> {
  const { directory, commit } = place
  const entries = await entriesOf(place)
  const files = paths.filter((path) => entries.get(path)?.kind === 'file' && isPlainFile(join(directory, path)))
  const [now, filters] = [await objectsOf(place, files), await filtersOf(place, files)]
  const found = new Map<string, GitFacts | null>()
  for (const path of paths) {
    const entry = entries.get(path)
    // Of a link the commit holds where it leads, not the bytes that are read through it.
    if (entry?.kind !== 'file') continue
    const filter = filters.get(path)
    const same = now.get(path) === entry.object
    const modified = same || filter === undefined ? !same : await isModified(place, path, entry.object, filter)
    found.set(path, modified === undefined ? null : { commit, tracked: true, modified })
  }
  for (const [path, { kind }] of entries) {
    if (kind !== 'submodule') continue
    for (const [inside, facts] of await factsInSubmodule(place, path, paths)) found.set(inside, facts)
  }
  return found
}

async function factsInSubmodule(
  { git, directory }: Place,
  submodule: string,
  paths: readonly string[],
): Promise<(readonly [path: string, facts: GitFacts | null])[]> {
  const inside = paths
    .filter((path) => path.startsWith(`${submodule}/`))
    .map((path) => path.slice(submodule.length + 1))
  if (inside.length === 0) return []
  const folder = realpathSync(join(directory, submodule))
  const found = await factsOf({ ...(await placeOf(git, folder)), top: folder }, inside)
  return [...found].map(([path, facts]) => [`${submodule}/${path}`, facts])
}

/** True where no file that git tracks below the directory differs from the commit, in submodules from theirs. */
async function isClean(place: Place): Promise<boolean> {
  const { git, directory, commit } = place
  const entries = await entriesOf(place)
  const differing = (await git(directory, [...DIFF, commit, '--', '.'])).split('\0').filter((path) => path !== '')
  const filters = await filtersOf(place, differing)
  for (const path of differing) {
    const entry = entries.get(path)
    const filter = filters.get(path)
    if (entry === undefined || filter === undefined) return false
    // A filter that is not known: git looks only at files that were touched since they were checked out.
    if ((await isModified(place, path, entry.object, filter)) !== false) return false
  }
  for (const [path, { kind, object }] of entries) {
    const folder = join(directory, path)
    if (kind !== 'submodule' || !existsSync(join(folder, '.git'))) continue
    const inside = await placeOf(git, realpathSync(folder))
    if (inside.commit !== object || !(await isClean(inside))) return false
  }
  return true
}

async function entriesOf({ git, directory, commit }: Place): Promise<Map<string, Entry>> {
  return entriesIn(await git(directory, ['ls-tree', '-r', '-z', commit, '--', '.']))
}

/** The filters of those files that have one. */
async function filtersOf({ git, directory }: Place, paths: readonly string[]): Promise<Map<string, string>> {
  if (paths.length === 0) return new Map()
  const fields = (await git(directory, ['check-attr', '-z', '--stdin', 'filter'], paths.join('\0'))).split('\0')
  const found = new Map<string, string>()
  // Each path, attribute and value.
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = '', , value = ''] = fields.slice(at, at + 3)
    if (!['unspecified', 'unset', 'set'].includes(value)) found.set(path, value)
  }
  return found
}

/** Git LFS commits the digest of a file in its place ("Git LFS Specification", The Pointer). */
const POINTER = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\nsize [0-9]+\n$/
const KEPT_FILE = { limit: 256 << 20, tooLarge: 'DBT_ARTIFACT_TOO_LARGE', what: 'a source file' } as const

/** Whether a file whose stored form a filter makes differs from it; undefined where only the filter could tell. */
async function isModified(
  { git, directory }: Place,
  path: string,
  object: string,
  filter: string,
): Promise<boolean | undefined> {
  if (filter !== 'lfs') return undefined
  const [, digest] = POINTER.exec(await git(directory, ['cat-file', 'blob', object])) ?? []
  if (digest === undefined) return undefined
  const file = join(directory, path)
  if (!isPlainFile(file)) return true
  const bytes = await readFileBounded(file, KEPT_FILE).catch(() => undefined)
  return bytes === undefined ? undefined : createHash('sha256').update(bytes).digest('hex') !== digest
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
async function objectsOf({ git, top, directory }: Place, paths: readonly string[]): Promise<Map<string, string>> {
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
