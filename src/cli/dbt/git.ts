import { spawn } from 'node:child_process'

/** Version control that hangs (a network file system, a lock) must not hold the run up. */
const LIMIT_MS = 2500

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
 * git with nothing of what would lead it elsewhere: no `GIT_...` variable reaches it (a hook or a deployment may have
 * set another repository), and the programs that a repository's configuration may name are switched off, except the
 * filters that say what a file's content is.
 */
export function gitWith(env: Readonly<Record<string, string | undefined>>): Git {
  const closed = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_')))
  const childEnv = { ...closed, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1' }
  return (directory, args, input) =>
    new Promise((resolve, reject) => {
      const child = spawn('git', ['--no-pager', ...WITHOUT_PROGRAMS, '-C', directory, ...args], {
        env: childEnv,
        stdio: 'pipe',
        timeout: LIMIT_MS,
        killSignal: 'SIGKILL',
      })
      const out: Buffer[] = []
      const complaint: Buffer[] = []
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => complaint.push(chunk))
      // A git that ends before it has read everything is judged by its exit.
      child.stdin.on('error', () => undefined)
      child.stdin.end(input ?? '')
      child.on('error', (error) =>
        reject(new GitFailure('code' in error && error.code === 'ENOENT' ? 'not-installed' : 'failed')),
      )
      child.on('close', (code, signal) => {
        if (code === 0) resolve(Buffer.concat(out).toString('utf8'))
        else reject(new GitFailure(signal === 'SIGKILL' ? 'timed-out' : reasonIn(Buffer.concat(complaint).toString())))
      })
    })
}

const WITHOUT_PROGRAMS = [
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.untrackedCache=false',
]

/** git's messages in the C locale. */
function reasonIn(message: string): GitFailure['reason'] {
  if (/dubious ownership|unsafe repository/.test(message)) return 'refused'
  if (/not a git repository|must be run in a work tree/.test(message)) return 'no-version-control'
  if (/Needed a single revision|unknown revision|ambiguous argument/.test(message)) return 'no-commit'
  return 'failed'
}
