import { spawn } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removeFolder } from '../services/index.js'
import { bundledProduct } from './bundle-stores.js'

const SCRIPT = fileURLToPath(new URL('./workload.mjs', import.meta.url))

/** What the child does to the ledger of a directory, which it makes where there is none. */
export interface Work {
  readonly directory: string
  readonly segmentBytes: number
  /** Steps; in each, batches of so many events are appended at once, then a seal or a heads record follows. */
  readonly appends: readonly (readonly number[])[]
  /** Names its events: the same ones in each run of that name. */
  readonly run: string
}

export interface Worked {
  readonly lines: readonly string[]
  /** What strace wrote. */
  readonly trace: string
  readonly exitCode: number | null
  /** The signal that ended the process, if one did. */
  readonly endedBy: string | null
  readonly stderr: string
}

/** Calls that change files, make them durable, or say which file is meant. */
const RECORDED =
  'openat,creat,write,writev,pwrite64,pwritev,pwritev2,fdatasync,fsync,sync_file_range,msync,ftruncate,truncate,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,mkdir,mkdirat,close,lseek,fallocate,copy_file_range,sendfile'

/** Runs the work under strace. `stores`: the module to run, the product's own by default. */
export async function traceWork(
  work: Work,
  { stores, strace = ['--seccomp-bpf', `--trace=${RECORDED}`], wrapper = [] }: TraceOptions = {},
): Promise<Worked> {
  const scratch = await mkdtemp(join(tmpdir(), 'clyra-trace-'))
  try {
    const output = join(scratch, 'trace')
    const module = stores ?? (await bundledProduct())
    const command = ['-f', '-xx', '-s', '16777216', ...strace, '-o', output, ...wrapper]
    const child = spawn('strace', [...command, process.execPath, SCRIPT, module, JSON.stringify(work)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // One thread for files: calls come in the order in which they were asked for, and can be counted.
      env: { ...process.env, UV_USE_IO_URING: '0', UV_THREADPOOL_SIZE: '1', NODE_OPTIONS: '' },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const patience = setTimeout(() => child.kill('SIGKILL'), 180_000)
    const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, by) => resolve([code, by]))
    })
    clearTimeout(patience)
    // A line that was cut by a kill says nothing.
    const lines = stdout.split('\n').slice(0, -1)
    const trace = await readFile(output, 'latin1')
    // strace's own status is not always that of the child: the trace says what ended it.
    const killedBy = /^\d+ +\+\+\+ killed by (SIG\w+)/m.exec(trace)?.[1]
    return { lines, trace, exitCode, endedBy: killedBy ?? signal, stderr }
  } finally {
    await removeFolder(scratch)
  }
}

interface TraceOptions {
  readonly stores?: string | undefined
  /** Arguments of strace that say what is traced and what is injected. */
  readonly strace?: readonly string[]
  /** A command in front of the child, like `prlimit`. */
  readonly wrapper?: readonly string[]
}

/** What the lines of a child acknowledge. */
export function acknowledgedBy(lines: readonly string[]): [number, string][] {
  return lines.flatMap((line) =>
    line.startsWith('ack')
      ? [...line.matchAll(/ (\d+):([0-9a-f-]{36})/g)].map(([, at, id]): [number, string] => [Number(at), id!])
      : [],
  )
}

/** The checkpoints that the lines of a child say were published. */
export function publishedBy(lines: readonly string[]): string[] {
  return lines.flatMap((line) =>
    line.startsWith('published ') ? [Buffer.from(line.slice('published '.length), 'base64').toString()] : [],
  )
}
