import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startProgram } from '../../system/index.js'
import type { ChildExit } from '../dbt/child.js'
import type { Environment } from '../environment.js'
import type { Asked, Complaint, FromRecorder, Recorded, RunStart, ToRecorder } from './messages.js'

/** How it ended with the recorder. */
export type RecorderEnd =
  | { readonly recorded: Recorded }
  /** `appended`: the records had reached the ledger before. */
  | { readonly complaint: Complaint; readonly appended: number | null }

/** The process that records a run, seen from the one that must not die. Nothing here rejects. */
export interface RecorderProcess {
  /** How dbt is to be started; undefined where the recorder fails, or does not say so in time. Then it is ended. */
  start(limitMs: number): Promise<RunStart | undefined>
  /** Tells it how dbt ended and waits for it, as long as it makes progress within each `silenceMs`. */
  finish(exit: ChildExit, silenceMs: number): Promise<RecorderEnd>
  end(why: Complaint): void
}

const PROGRAM = fileURLToPath(new URL('./recorder.js', import.meta.url))
/** How long a recorder that is done may take to be gone. */
const GONE_MS = 1000
/** Of what it wrote on its stderr, which only a crash does. */
const KEPT_CHARACTERS = 4000

/**
 * Starts the recorder in a session of its own: what a terminal sends to the foreground (Ctrl-C) is for dbt, not for it.
 * It has none of our streams, so nothing that becomes of it reaches dbt's output or keeps a pipe of the user's open.
 */
export function startRecorder(
  asked: Asked,
  variables: Environment['variables'],
  says: (text: string) => void,
): RecorderProcess {
  let child: ChildProcess | undefined
  let start: RunStart | undefined
  let appended: number | null = null
  let end: RecorderEnd | undefined
  let complained = ''
  const waiting = new Set<() => void>()
  const news = () => {
    for (const wake of waiting) wake()
  }
  const settle = (reached: RecorderEnd) => {
    end ??= reached
    news()
  }
  const endWith = (complaint: Complaint) => {
    settle({ complaint, appended })
    child?.kill('SIGKILL')
  }
  const take = (message: FromRecorder) => {
    if (end !== undefined) return
    if (message.tell === 'says') says(message.text)
    else if (message.tell === 'start') start = message.start
    else if (message.tell === 'appended') appended = message.appended
    else if (message.tell === 'done') settle({ recorded: message.recorded })
    else if (message.tell === 'failed') settle({ complaint: message.complaint, appended })
    news()
  }
  const tell = (message: ToRecorder) => {
    // One that is gone is told by its exit.
    if (child?.connected) child.send(message, () => undefined)
  }
  /** Resolves at the next news, or after so many milliseconds with false. */
  const newsWithin = (limitMs: number): Promise<boolean> =>
    new Promise((resolve) => {
      const over = (heard: boolean) => {
        waiting.delete(wake)
        clearTimeout(timer)
        resolve(heard)
      }
      const wake = () => over(true)
      const timer = setTimeout(over, limitMs, false)
      waiting.add(wake)
    })

  const listen = (started: ChildProcess) => {
    // Holds: only our own program of the same release writes to this channel.
    started.on('message', (message) => take(message as FromRecorder))
    started.stderr?.setEncoding('utf8')
    started.stderr?.on('data', (text: string) => {
      complained = `${complained}${text}`.slice(-KEPT_CHARACTERS)
    })
    started.stderr?.on('error', () => undefined)
    started.on('exit', (code, signal) => {
      const gone = () => settle({ complaint: ended(howItDied(code, signal, complained)), appended })
      // What it still said lies in the channel until that is read to its end.
      if (started.connected) started.once('disconnect', gone)
      else gone()
      setTimeout(gone, GONE_MS).unref()
    })
  }
  startProgram(process.execPath, [...process.execArgv.filter((one) => !one.startsWith('--inspect')), PROGRAM], {
    cwd: undefined,
    variables,
    pass: 'everything',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
    .then((started) => {
      child = started
      // It was given up meanwhile.
      if (end !== undefined) started.kill('SIGKILL')
      listen(started)
      tell({ tell: 'asked', asked })
    })
    .catch((error: unknown) =>
      settle({ complaint: ended(`was not started: ${error instanceof Error ? error.message : error}`), appended }),
    )

  return {
    async start(limitMs) {
      const until = performance.now() + limitMs
      while (start === undefined && end === undefined) {
        const left = until - performance.now()
        if (left > 0) await newsWithin(left)
        else endWith(ended(`was not ready after ${limitMs / 1000} seconds`))
      }
      return start
    },
    async finish(exit, silenceMs) {
      tell({ tell: 'ended', exit })
      while (end === undefined) {
        if (!(await newsWithin(silenceMs))) endWith(ended(`made no progress for ${silenceMs / 1000} seconds`))
      }
      await letGo(child)
      return end
    },
    end: endWith,
  }
}

function ended(what: string): Complaint {
  return { message: `the process that records the run ${what}`, code: 'RECORDER_ENDED', fix: null }
}

function howItDied(code: number | null, signal: NodeJS.Signals | null, complained: string): string {
  if (/heap out of memory/.test(complained)) return 'ran out of memory'
  return signal === null ? `ended with status ${code}` : `was ended by ${signal}`
}

/** Waits a moment for a recorder that is done, and then for none: it must not keep us. */
async function letGo(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined) return
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      setTimeout(resolve, GONE_MS).unref()
    })
  }
  child.kill('SIGKILL')
  if (child.connected) child.disconnect()
  child.stderr?.destroy()
  child.unref()
}
