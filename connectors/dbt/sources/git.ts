import { isAbsolute, parse } from 'node:path'
import { programOutput, StartFailure, type Variables } from '../../../src/system/index.js'

/** Version control that hangs (a network file system, a lock) must not hold the run up. */
const LIMIT_MS = 2500
/** The names of all files of a very large repository. */
const LIMIT_BYTES = 256 * 1024 * 1024

/** Runs git in a directory; `input` goes to its standard input. Rejects with {@link GitFailure}. */
export type Git = (directory: string, args: readonly string[], input?: string) => Promise<string>

/** Why git gave no answer: a closed list, never its message. */
export class GitFailure extends Error {
  readonly reason: 'not-installed' | 'refused' | 'no-version-control' | 'no-commit' | 'timed-out' | 'failed'

  constructor(reason: GitFailure['reason']) {
    super(`git: ${reason}`)
    this.name = 'GitFailure'
    this.reason = reason
  }
}

/**
 * git with nothing of what would lead it elsewhere: of the environment it gets where programs and the user's own
 * settings lie, so that no `GIT_...` of a hook or a deployment reaches it, and the programs that a repository's
 * configuration may name are switched off.
 */
export function gitWith(variables: Variables): Git {
  // Git would read an empty or relative one from the folder that it stands in.
  const pass = PASSED.filter((name) => isAbsolute(variables[name] ?? '') || !PLACES.has(name))
  return async (directory, args, input) => {
    try {
      const { code, killed, stdout, stderr } = await programOutput(
        'git',
        ['--no-pager', ...WITHOUT_PROGRAMS, '-C', directory, ...args],
        {
          cwd: parse(directory).root,
          variables,
          pass,
          set: SET,
          ...(input === undefined ? {} : { input }),
          timeoutMs: LIMIT_MS,
          limit: LIMIT_BYTES,
        },
      )
      if (code === 0) return stdout
      // How `git config` says that it knows no such name.
      if (code === 1 && stderr === '' && args.includes('--get-regexp')) return ''
      throw new GitFailure(killed === 'timed-out' ? 'timed-out' : reasonIn(stderr))
    } catch (error) {
      if (!(error instanceof StartFailure)) throw error
      throw new GitFailure(error.errno === 'ENOENT' ? 'not-installed' : 'failed')
    }
  }
}

const PLACES: ReadonlySet<string> = new Set(['HOME', 'XDG_CONFIG_HOME', 'USERPROFILE', 'TMPDIR'])
/** SUDO_UID: whose repositories git reads for root, besides root's own. */
const PASSED = ['PATH', 'SUDO_UID', 'SystemRoot', ...PLACES]

const SET = {
  LC_ALL: 'C',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_LAZY_FETCH: '1',
  // An older git fetches what a partial clone lacks, through programs that the repository names: over no protocol.
  GIT_ALLOW_PROTOCOL: 'none',
}

/**
 * The same for one repository, without the filters that any of its configuration names: they are programs, and run
 * wherever git looks at the content of a file. Rejects with GitFailure.
 */
export async function withoutFilters(git: Git, directory: string): Promise<Git> {
  const names = await git(directory, ['config', '--name-only', '-z', '--get-regexp', '^filter\\.'])
  const drivers = new Set(
    names
      .split('\0')
      .filter((name) => name !== '')
      .map((name) => name.slice(0, name.lastIndexOf('.'))),
  )
  // `-c` ends a name at its first equals sign.
  if ([...drivers].some((driver) => driver.includes('='))) throw new GitFailure('failed')
  const off = [...drivers].flatMap((driver) =>
    [`${driver}.clean=`, `${driver}.process=`, `${driver}.required=false`].flatMap((setting) => ['-c', setting]),
  )
  return (at, args, input) => git(at, [...off, ...args], input)
}

const WITHOUT_PROGRAMS = [
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.untrackedCache=false',
  // A folder that only looks like a repository, as a file of the project may be laid out, is none.
  '-c',
  'safe.bareRepository=explicit',
]

/** git's messages in the C locale. */
function reasonIn(message: string): GitFailure['reason'] {
  if (/dubious ownership|unsafe repository/.test(message)) return 'refused'
  if (/not a git repository|must be run in a work tree/.test(message)) return 'no-version-control'
  if (/Needed a single revision|unknown revision|ambiguous argument/.test(message)) return 'no-commit'
  return 'failed'
}
