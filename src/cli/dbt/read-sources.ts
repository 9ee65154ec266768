import { execFile } from 'node:child_process'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'
import { promisify } from 'node:util'
import type { GitFacts, SourceFile, SourcePath } from '../../../connectors/dbt/index.js'

const run = promisify(execFile)
/** Version control that hangs (a network file system, a lock) must not hold the run up. */
const GIT_TIMEOUT_MS = 1500
const LARGEST_BYTES = 64 << 20

/** The project's source files as they lie on disk, with what version control says about each. */
export async function readSources(project: string, paths: readonly SourcePath[]): Promise<SourceFile[]> {
  if (paths.length === 0) return []
  const git = await repositoryOf(project)
  return paths.map(({ path }) => {
    const read = readSource(join(project, path))
    return { path, ...read, git: git === undefined ? null : git(path) }
  })
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

/** What git says about paths relative to the project; undefined outside version control or without git. */
async function repositoryOf(project: string): Promise<((path: string) => GitFacts) | undefined> {
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('git', ['-C', project, ...args], { timeout: GIT_TIMEOUT_MS, maxBuffer: 64 << 20 })
    return stdout
  }
  try {
    const [top, head] = (await git('rev-parse', '--show-toplevel', 'HEAD')).trim().split('\n')
    if (top === undefined || head === undefined) return undefined
    const inside = relative(top, realpathSync(project))
    if (inside.startsWith('..') || isAbsolute(inside)) return undefined
    // Names relative to the project, in both lists; -z leaves odd names unquoted.
    const tracked = new Set(split(await git('ls-tree', '-r', '-z', '--name-only', 'HEAD', '--', '.')))
    const modified = new Set(split(await git('diff', '-z', '--name-only', '--relative', 'HEAD', '--', '.')))
    return (path) => ({ commit: head, tracked: tracked.has(path), modified: modified.has(path) })
  } catch {
    return undefined
  }
}

function split(list: string): string[] {
  return list.split('\0').filter((name) => name !== '')
}
