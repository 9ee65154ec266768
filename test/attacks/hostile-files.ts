import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, renameSync, rmdirSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ended, environment, PROGRAM } from '../cli/clyra.js'

/** The verifier's own command line, built. */
export const VERIFIER = fileURLToPath(new URL('../../verifier/ts/dist/cli.js', import.meta.url))

/** What stands where a file was expected: each makes it at a path. */
export const HOSTILE_FILES: Readonly<Record<string, (path: string) => void | Promise<void>>> = {
  FIFO: (path) => void execFileSync('mkfifo', [path]),
  'endless device': (path) => symlinkSync('/dev/zero', path),
  directory: (path) => mkdirSync(path),
  socket: (path) => listenOnce(path),
  'file of 3 GiB': (path) => sparse(path, 3 * 2 ** 30),
}

/** A file of so many zeros that takes no room. */
export function sparse(path: string, bytes: number): void {
  const fd = openSync(path, 'w')
  ftruncateSync(fd, bytes)
  closeSync(fd)
}

/** Leaves the name of a socket behind that nobody listens on any more. Made elsewhere: such a name has at most 107 bytes. */
async function listenOnce(path: string): Promise<void> {
  const short = join(mkdtempSync(join(tmpdir(), 'clyra-s-')), 's')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(short, resolve))
  renameSync(short, path)
  await new Promise((resolve) => server.close(resolve))
  rmdirSync(dirname(short))
}

/** How long any command may take over a file that it refuses, on a machine that is busy. */
const BOUND_MS = 90_000

/** Runs one of the two programs in `<folder>/project`; a run that does not end in time has a signal. */
export function tryProgram(
  folder: string,
  [name, ...args]: readonly [program: 'clyra' | 'clyra-verify', ...args: string[]],
  env: Readonly<Record<string, string>> = {},
): Ended {
  const ended = spawnSync(process.execPath, [name === 'clyra' ? PROGRAM : VERIFIER, ...args], {
    cwd: `${folder}/project`,
    env: environment(folder, env),
    encoding: 'utf8',
    timeout: BOUND_MS,
    maxBuffer: 64 << 20,
  })
  return { status: ended.status, signal: ended.signal, stdout: ended.stdout, stderr: ended.stderr }
}
