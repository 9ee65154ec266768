import { closeSync, constants, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { ClyraError } from '../../../src/errors/index.js'
import { readableLogLine } from '../wrap/index.js'

/**
 * The plain `logs/dbt.log` that people expect to find, made from the JSON log while the run goes on. It is a
 * convenience: a failure to write it is told once and never disturbs the run.
 */
export interface ReadableLog {
  /** Whole lines of the JSON log. */
  write(lines: readonly string[]): void
  close(): void
}

export function openReadableLog(path: string, onFailure: (error: unknown) => void): ReadableLog {
  let file: number | undefined
  let failed = false
  const attempt = (step: () => void) => {
    if (failed) return
    try {
      step()
    } catch (error) {
      failed = true
      onFailure(error)
    }
  }
  return {
    write(lines) {
      attempt(() => {
        if (file === undefined) {
          mkdirSync(dirname(path), { recursive: true })
          file = openToAppend(path)
        }
        const text = lines.map(readableLogLine).filter((line) => line !== '')
        if (text.length > 0) writeSync(file, `${text.join('\n')}\n`)
      })
    },
    close() {
      attempt(() => {
        if (file !== undefined) closeSync(file)
        file = undefined
      })
    },
  }
}

/** Without blocking: a pipe that nobody reads would hold up everything else. */
function openToAppend(path: string): number {
  const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants
  const file = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o644)
  if (fstatSync(file).isFile()) return file
  closeSync(file)
  throw new ClyraError('NOT_A_REGULAR_FILE', `${path} is no regular file`, { details: { path } })
}
