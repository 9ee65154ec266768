import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { writeDurably } from '../atomic-file.js'

const FILE = 'process.json'
const shape = z.object({ pid: z.number().int().positive(), started: z.string().nullable() })

/** Notes which process writes the run's log, so that a drain after a killed wrapper does not cut a living dbt off. */
export function noteChild(directory: string, pid: number): void {
  const path = join(directory, FILE)
  rmSync(path, { force: true })
  writeDurably(path, JSON.stringify({ pid, started: startOf(pid) }), 0o600)
}

/** Whether a process was ever started for this run. */
export function hadChild(directory: string): boolean {
  return existsSync(join(directory, FILE))
}

/** The noted process if it is still the same one and alive. */
export function livingChild(directory: string): number | undefined {
  const path = join(directory, FILE)
  if (!existsSync(path)) return undefined
  try {
    const { pid, started } = shape.parse(JSON.parse(readFileSync(path, 'utf8')))
    process.kill(pid, 0)
    return started === startOf(pid) ? pid : undefined
  } catch {
    // No such process, another user's, or a file that a crash cut off: nobody of ours is writing.
    return undefined
  }
}

/** When a process started, in clock ticks since boot (Linux): tells a pid that was given again. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A process that has ended and is not yet waited for writes nothing more.
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null)
  } catch {
    return null
  }
}
