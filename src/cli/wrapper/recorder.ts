import { randomBytes } from 'node:crypto'
import { codedError } from '../../errors/index.js'
import { suggestedCommand } from '../suggested-command.js'
import type { FromRecorder, ToRecorder } from './messages.js'

/**
 * The process that records a wrapped run; `clyra run dbt` starts it. Whatever it dies of, dbt and its exit status do
 * not notice. What needs a package is imported in a way that this can say which one is missing.
 */
const parts = Promise.all([import('../dbt/record-run.js'), import('../dbt/recorder-context.js')])
parts.catch(() => undefined)

/** A recorder that only waits uses less of the processor than this between two beats. */
const WORK_MICROSECONDS = 50_000
const BEAT_MS = 1000

function send(message: FromRecorder, sent?: () => void): void {
  process.send?.(message, undefined, undefined, sent)
}

/** Tells the wrapper that there is progress, as long as there is some. */
function beat(): void {
  let told = process.cpuUsage()
  setInterval(() => {
    const { user, system } = process.cpuUsage(told)
    if (user + system < WORK_MICROSECONDS) return
    told = process.cpuUsage()
    send({ tell: 'alive' })
  }, BEAT_MS).unref()
}

function fail(thrown: unknown): void {
  const error = codedError(thrown)
  const complaint = { message: error.message, code: error.code, fix: suggestedCommand(error) ?? null }
  send({ tell: 'failed', complaint }, () => process.exit(1))
}

async function record(): Promise<void> {
  const inbox = openInbox()
  const [{ recordRun }, { recorderContext }] = await parts
  const asked = await inbox.asked
  const context = await recorderContext(asked, send, (length) => new Uint8Array(randomBytes(length)))
  const recorded = await recordRun(context, asked.args, { send, ended: inbox.ended })
  send({ tell: 'done', recorded }, () => process.exit(0))
}

function openInbox() {
  const heard = <Word extends ToRecorder['tell']>(word: Word): Promise<Extract<ToRecorder, { tell: Word }>> =>
    new Promise((resolve) => {
      // Holds: only the wrapper of the same release writes to this channel.
      process.on('message', (message) => {
        const told = message as ToRecorder
        if (told.tell === word) resolve(told as Extract<ToRecorder, { tell: Word }>)
      })
    })
  return {
    asked: heard('asked').then(({ asked }) => asked),
    ended: heard('ended').then(({ exit }) => exit),
  }
}

// They are for dbt; the wrapper says when it is over.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
// Without the wrapper nobody knows how dbt ends: the next command that writes finishes the spool.
process.on('disconnect', () => process.exit(1))
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
beat()
record().catch(fail)
