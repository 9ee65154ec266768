import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** In a spool: which process writes the run's log. */
export const CHILD_FILE = 'process.json'

/**
 * Notes which process writes the run's log, so that a drain after a killed wrapper does not cut a living dbt off, and
 * knows that there was one. In the background: whoever runs dbt waits for no disk, and a spool that cannot be written
 * is told by the recorder.
 */
export function noteChild(directory: string, pid: number): void {
  const path = join(directory, CHILD_FILE)
  const text = JSON.stringify({ pid, started: startOf(pid) })
  writeFile(`${path}.new`, text, { mode: 0o600, flag: 'wx', flush: true })
    .then(() => rename(`${path}.new`, path))
    .catch(() => undefined)
}

/** When a process started, in clock ticks since boot (Linux): tells a pid that was given again. */
export function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A process that has ended and is not yet waited for writes nothing more.
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null)
  } catch {
    return null
  }
}
