import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process as /proc tells it (proc(5)). */
interface RunningProcess {
  readonly pid: number
  readonly parent: number
  readonly session: number
  readonly name: string
}

/** Longer than any machine takes to end a process that got SIGKILL; one that waits for a disk may need seconds. */
const GONE_LIMIT_MS = 60_000

/** Every process that can still act: neither ended nor a zombie that waits to be asked for its end. */
export function runningProcesses(): RunningProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = read(() => readFileSync(`/proc/${name}/stat`, 'latin1'))
      // The name stands in brackets and may hold any character: the fields begin after the last bracket.
      const at = stat.lastIndexOf(')')
      const [state, parent, , session] = stat.slice(at + 2).split(' ')
      if (at === -1 || state === 'Z' || state === 'X') return []
      const title = stat.slice(stat.indexOf('(') + 1, at)
      return [{ pid: Number(name), parent: Number(parent), session: Number(session), name: title }]
    })
}

/** Whether a process works in a folder: its working directory or the home that it was started with lies there. */
export function worksIn(folder: string, { pid }: RunningProcess): boolean {
  const within = (path: string) => path === folder || path.startsWith(`${folder}/`)
  if (within(read(() => readlinkSync(`/proc/${pid}/cwd`)))) return true
  const variables = read(() => readFileSync(`/proc/${pid}/environ`, 'utf8')).split('\0')
  return variables.some((variable) => variable.startsWith('HOME=') && within(variable.slice('HOME='.length)))
}

/**
 * Ends the processes that `chosen` names and all that they started: their descendants and whoever shares a session that
 * one of them opened, also where the parent has gone. Resolves when none of them is left. A process that is started
 * meanwhile is found in the next round. The caller itself and its ancestors are never ended. Linux only.
 */
export async function endProcesses(chosen: (process: RunningProcess) => boolean): Promise<void> {
  const known = new Set<number>()
  const limit = performance.now() + GONE_LIMIT_MS
  for (let pause = 1; ; pause = Math.min(2 * pause, 50)) {
    const left = withStarted(chosen, known)
    if (left.length === 0) return
    if (performance.now() > limit) throw new Error(`not ended: ${left.map(({ pid, name }) => `${name} ${pid}`)}`)
    for (const { pid } of left) send(pid, 'SIGKILL')
    await sleep(pause)
  }
}

/** Sends a signal to a process and says whether there was one. */
export function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

/** The chosen and those they started, among all that run now; `known` keeps who was found in earlier rounds. */
function withStarted(chosen: (process: RunningProcess) => boolean, known: Set<number>): RunningProcess[] {
  const all = runningProcesses()
  const spared = ancestors(all)
  const found = new Set<RunningProcess>()
  const belongs = (one: RunningProcess) => known.has(one.pid) || known.has(one.parent) || known.has(one.session)
  for (let grown = true; grown; ) {
    grown = false
    for (const one of all) {
      if (found.has(one) || spared.has(one.pid) || !(belongs(one) || chosen(one))) continue
      found.add(one)
      known.add(one.pid)
      grown = true
    }
  }
  return [...found]
}

function ancestors(all: readonly RunningProcess[]): Set<number> {
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]))
  const found = new Set<number>()
  for (let pid: number | undefined = process.pid; pid !== undefined && !found.has(pid); pid = parents.get(pid))
    found.add(pid)
  return found
}

/** Processes end while they are looked at. */
function read(act: () => string): string {
  try {
    return act()
  } catch {
    return ''
  }
}
