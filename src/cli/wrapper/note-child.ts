import { rename, writeFile } from 'node:fs/promises'
import { processStart } from '../../system/index.js'

/**
 * Notes in the spool which process writes the run's log, so that a drain after a killed wrapper does not cut a living dbt
 * off, and knows that there was one. In the background: whoever runs dbt waits for no disk, and a spool that cannot be
 * written is told by the recorder.
 */
export function noteChild(path: string, pid: number): void {
  const text = JSON.stringify({ pid, started: processStart(pid) })
  writeFile(`${path}.new`, text, { mode: 0o600, flag: 'wx', flush: true })
    .then(() => rename(`${path}.new`, path))
    .catch(() => undefined)
}
