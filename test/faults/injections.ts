import { ERROR_CODES } from '../../src/errors/codes.js'
import type { Checker } from './checker.js'
import { inScratch } from './power-loss.js'
import { type Call, parseTrace } from './trace.js'
import { acknowledgedBy, publishedBy, traceWork, type Worked } from './workload.js'
import type { PreparedWork } from './works.js'

/** What strace does to one call: an error instead of it, or a kill before it. */
type Injected = 'EIO' | 'ENOSPC' | 'SIGKILL'

/** One call of a piece of work on one file, and what is done to it. */
export interface Injection {
  readonly call: string
  /** Relative to the state directory. */
  readonly path: string
  /** Which of the calls of that kind on that file, from 1, counted in each thread. */
  readonly nth: number
  readonly injected: Injected
  /** What the ledger was doing, as the file says. */
  readonly step: Step
}

export type Step = 'open' | 'append' | 'seal' | 'publish' | 'checkpoint' | 'index' | 'recover'

const KINDS = [
  'openat',
  'write',
  'writev',
  'pwrite64',
  'pwritev',
  'fdatasync',
  'fsync',
  'ftruncate',
  'truncate',
  'rename',
  'link',
  'unlink',
  'rmdir',
  'mkdir',
]

/** Calls that need no room on the disk. */
const NO_SPACE_NEEDED = new Set(['unlink', 'rmdir', 'ftruncate', 'truncate'])

/** Every place in a piece of work where a call on a file of the ledger can be made to fail. */
export async function injectionsOf({ before, work }: PreparedWork, stores?: string): Promise<Injection[]> {
  return inScratch(before, async (directory) => {
    const { trace, lines } = await traceWork({ directory, ...work }, { stores })
    if (lines.at(-1) !== 'done' || lines.some((line) => line.startsWith('refused')))
      throw new Error('the work to count did not go well')
    return placesOf(parseTrace(trace), directory)
  })
}

function placesOf(calls: readonly Call[], directory: string): Injection[] {
  const counts = new Map<string, number>()
  const found = new Map<string, Injection>()
  const open = new Map<number, string>()
  for (const call of calls) {
    if (call.result < 0) continue
    const fd = Number(/^\w+\((\d+)/.exec(call.shape)?.[1] ?? -1)
    const given = call.strings.map(String)
    if (call.name === 'openat') open.set(call.result, given[0]!)
    if (!KINDS.includes(call.name)) continue
    const path = fd >= 0 ? open.get(fd) : given[0]
    if (path === undefined || !`${path}/`.startsWith(`${directory}/`)) continue
    const relative = path.slice(directory.length + 1)
    const key = `${call.name} ${relative}`
    const nth = (counts.get(`${call.thread} ${key}`) ?? 0) + 1
    counts.set(`${call.thread} ${key}`, nth)
    const how: Injected[] =
      NO_SPACE_NEEDED.has(call.name) || !changes(call) ? ['EIO', 'SIGKILL'] : ['EIO', 'ENOSPC', 'SIGKILL']
    // strace knows a rename by where it comes from; where it leads to says what it is for.
    const step = stepOf(given[1] === undefined || fd >= 0 ? relative : given[1].slice(directory.length + 1))
    for (const injected of how)
      found.set(`${key} ${nth} ${injected}`, { call: call.name, path: relative, nth, injected, step })
  }
  return [...found.values()]
}

function changes({ name, shape }: Call): boolean {
  return name !== 'openat' || shape.includes('O_CREAT') || shape.includes('O_WRONLY')
}

function stepOf(path: string): Step {
  if (/^log\/(torn|\d+\.seg$)/.test(path)) return path.startsWith('log/torn') ? 'recover' : 'append'
  if (path === 'log/durable') return 'append'
  if (path === 'tiles/checkpoint' || path.endsWith('-checkpoint')) return 'publish'
  if (path.startsWith('tiles')) return 'seal'
  if (path.startsWith('checkpoints')) return 'checkpoint'
  if (path.startsWith('index')) return 'index'
  return 'open'
}

/** What became of one injection. */
export interface Outcome {
  /** What does not hold; none where the ledger survived. */
  readonly faults: readonly string[]
  /** The binding of LMDB ended the process: see docs/decisions, "What LMDB cannot survive". */
  readonly ended: boolean
}

/** Undefined where the call never came. */
export async function inject(
  checker: Checker,
  { before, work, ...promised }: PreparedWork,
  { call, path, nth, injected }: Injection,
  stores?: string,
): Promise<Outcome | undefined> {
  return inScratch(before, async (directory) => {
    // Killed without the call. Behind a seccomp filter strace loses such a signal now and then.
    const how = injected === 'SIGKILL' ? 'error=EIO:signal=SIGKILL' : `error=${injected}`
    const filter = injected === 'SIGKILL' ? [] : ['--seccomp-bpf']
    const place = path === '' ? directory : `${directory}/${path}`
    const strace = [...filter, `--trace=${call}`, '-P', place, `--inject=${call}:${how}:when=${nth}`]
    const worked = await traceWork({ directory, ...work }, { stores, strace })
    const killed = worked.endedBy === 'SIGKILL'
    if (injected === 'SIGKILL' ? !killed : !worked.trace.includes('(INJECTED)')) return undefined
    const ended = path.startsWith('index/lmdb') && ['SIGSEGV', 'SIGABRT', 'SIGBUS'].includes(worked.endedBy ?? '')
    const faults = killed || ended ? [] : misbehaviour(worked)
    if (injected !== 'SIGKILL' && path.endsWith('.seg') && call !== 'openat' && !saysSo(worked))
      faults.push('a call on the log failed, and nobody was told')
    return { faults: [...faults, ...(await checkAfter(checker, directory, { work, ...promised }, worked))], ended }
  })
}

/** What does not hold of the directory of a piece of work. */
export async function checkAfter(
  checker: Checker,
  directory: string,
  { work, acknowledged, published }: Pick<PreparedWork, 'work' | 'acknowledged' | 'published'>,
  { lines }: Worked,
): Promise<readonly string[]> {
  const { faults } = await checker.check({
    directory,
    acknowledged: [...acknowledged, ...acknowledgedBy(lines)],
    published: [...published, ...publishedBy(lines)],
    segmentBytes: work.segmentBytes,
  })
  return faults
}

function saysSo({ lines }: Worked): boolean {
  return lines.some((line) => line.startsWith('refused') || line.startsWith('warning'))
}

/** A process that a call failed ends in order, and says of all that it refuses why, by a code of the closed list. */
export function misbehaviour({ lines, exitCode, endedBy, stderr }: Worked): string[] {
  const faults: string[] = []
  if (exitCode !== 0 || endedBy !== null || lines.at(-1) !== 'done')
    faults.push(`the process ended with ${endedBy ?? exitCode} after "${lines.at(-1)}": ${stderr.slice(-2000)}`)
  for (const line of lines) {
    const code = /^refused (?:open|append \S+|seal|heads|close) (\S+)/.exec(line)?.[1]
    if (code !== undefined && (!(code in ERROR_CODES) || code === 'INTERNAL')) faults.push(line)
  }
  return faults
}
