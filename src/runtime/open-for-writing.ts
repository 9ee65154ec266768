import { setTimeout as sleep } from 'node:timers/promises'
import { hex } from '../canonical/index.js'
import { ClyraError, isClyraError } from '../errors/index.js'
import { type DirectoryLock, lockDirectory } from '../stores/lock/index.js'
import { layoutOf } from '../stores/state/index.js'
import { isDirectory, type User } from '../system/index.js'
import { lasting, type Reached } from './lasting-appender.js'
import { openState, openStateReader } from './open-state.js'
import type { OpenedLedger, OpenedReader } from './opened-ledger.js'
import type { Caller, Settings, StatePlace } from './project/index.js'
import { connectHolder, type Holder, makeSocketFolder } from './resident/index.js'

/**
 * Opens a ledger to append to it. Where another process holds it and serves others, that one appends; else this one
 * takes the ledger's lock, waiting up to ten seconds (CLYRA_LOCK_WAIT seconds) for it. Where the holder ends meanwhile
 * what is asked for next is asked of who holds the ledger then, or this process takes it.
 *
 * Either way nobody else works beside the ledger (on spools, vault, artefacts) until it is closed: they take turns by a
 * lock of their own. `adopt`: although it is a copy or was set back; a holder has it open and needs none.
 */
export async function openForWriting(
  caller: Caller,
  place: StatePlace,
  settings: Settings,
  adopt: boolean,
): Promise<OpenedLedger> {
  const waiting = patience(caller)
  try {
    const turn = await waiting.until(() => takeTurn(place.state, caller.environment.user))
    try {
      const opened = await (adopt
        ? waiting.until(() => openState(caller, place, settings, true))
        : openByEither(caller, place, settings, waiting))
      return { ...opened, close: () => opened.close().finally(() => turn?.release()) }
    } catch (error) {
      await turn?.release()
      throw error
    }
  } finally {
    waiting.over()
  }
}

/** One of those who work beside the ledger at a time. Undefined where there is no log: opening says what that means. */
async function takeTurn(state: string, user: User): Promise<DirectoryLock | undefined> {
  if (!isDirectory(layoutOf(state).log)) return undefined
  return lockDirectory(makeSocketFolder(state, user), { command: 'clyra' })
}

/** By the holder if there is one that serves, else by this process; both are tried until one works or time is up. */
async function openByEither(
  caller: Caller,
  place: StatePlace,
  settings: Settings,
  waiting: Waiting,
): Promise<OpenedLedger> {
  const first = await waiting.until(() => reach(caller, place, settings))
  if ('appender' in first) return first
  const reader = await openStateReader(caller, place, settings).catch((error: unknown) => {
    first.close()
    throw error
  })
  const again = async (): Promise<Reached> => {
    const waiting = patience(caller)
    try {
      return await sameAs(reader, await waiting.until(() => reach(caller, place, settings)))
    } finally {
      waiting.over()
    }
  }
  try {
    const { appender, close } = lasting(await sameAs(reader, first), again)
    return { ...reader, appender, adoption: undefined, close: () => close().finally(() => reader.close()) }
  } catch (error) {
    await reader.close()
    throw error
  }
}

async function reach(caller: Caller, place: StatePlace, settings: Settings): Promise<Holder | OpenedLedger> {
  const holder = await connectHolder(place.state, { user: caller.environment.user, name: 'clyra' })
  return holder ?? openState(caller, place, settings, false)
}

/** Who appends to the ledger that is read. Rejects with LEDGER_MISMATCH, and closes it, where it holds another one. */
async function sameAs({ ledger, place }: OpenedReader, found: Holder | OpenedLedger): Promise<Reached> {
  const reached: Reached & { identity: string } =
    'appender' in found
      ? { appender: found.appender, identity: hex(found.ledger.identity), close: () => found.close() }
      : { appender: found, identity: found.identity, close: async () => found.close() }
  if (reached.identity === hex(ledger.identity)) return reached
  await reached.close()
  throw new ClyraError(
    'LEDGER_MISMATCH',
    `the process that answers for ${place.state} holds another ledger (genesis ${reached.identity.slice(0, 16)}...)`,
    { details: { path: place.state, identity: reached.identity } },
  )
}

const RETRY_MS = 100

/** Waiting for another process, all of it within one time. */
interface Waiting {
  /** Tries again while it rejects with LEDGER_LOCKED and there is time. */
  until<T>(attempt: () => Promise<T>): Promise<T>
  over(): void
}

function patience({ environment, output }: Caller): Waiting {
  const end = environment.elapsed() + lockWaitMs(environment.variables['CLYRA_LOCK_WAIT'])
  const progress = output.progress('waiting for another writer of the ledger')
  return {
    async until(attempt) {
      for (;;) {
        try {
          return await attempt()
        } catch (error) {
          if (!isClyraError(error, 'LEDGER_LOCKED') || environment.elapsed() >= end) throw error
        }
        await sleep(RETRY_MS)
        if (environment.stopped.aborted) throw new ClyraError('ABORTED', 'interrupted while waiting for the ledger')
      }
    },
    over: () => progress.done(),
  }
}

function lockWaitMs(text: string | undefined): number {
  if (text === undefined || text === '') return 10_000
  const seconds = Number(text)
  if (Number.isFinite(seconds) && seconds >= 0 && seconds <= 3600) return seconds * 1000
  throw new ClyraError('CONFIG_INVALID', 'CLYRA_LOCK_WAIT must be a number of seconds', { details: { value: text } })
}
