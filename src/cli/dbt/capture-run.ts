import { setTimeout as sleep } from 'node:timers/promises'
import {
  closeDbtRun,
  createDbtRunReader,
  type FinishedRun,
  fileLines,
  type ReadableLog,
  readDbtRun,
  readLeft,
  runExitedDraft,
  scanOtel,
  watchFirstStatement,
} from '../../../connectors/dbt/index.js'
import type { GapReason } from '../../events/codes/index.js'
import { type DraftEvent, runStream } from '../../events/index.js'
import { openSpool, type SpoolWriter } from '../../spool/index.js'
import type { Environment } from '../environment.js'
import type { ChildExit } from './child.js'
import { followLog, type LogFollower } from './follow-log.js'
import type { Guard } from './guard.js'
import { NOT_ASKED, type ObservedWarehouse } from './observe-warehouse.js'
import { runMetrics } from './run-metrics.js'
import type { Sealer } from './sealer.js'

const POLL_MS = 100
/** How long dbt's start is held back at most where its log would not tell which came first. */
const HOLD_MS = 1000

export interface CaptureParts {
  readonly run: string
  readonly writer: SpoolWriter
  readonly seal: Sealer
  readonly fingerprintKey: Uint8Array
  readonly shapeKey: Uint8Array | undefined
  readonly warehouse: ObservedWarehouse
  /** True where dbt's log tells of each statement when it begins. */
  readonly logTells: boolean
  readonly readable: ReadableLog | undefined
  readonly log: { readonly path: string; readonly start: number; readonly otel: string }
  readonly target: string
  readonly project: string
  readonly variables: Environment['variables']
  readonly now: () => Date
  /** Milliseconds since the program started. */
  readonly elapsed: () => number
}

/** What the wrapper records of a run while dbt runs, into its spool. Every step is guarded by its caller. */
export interface RunCapture {
  /**
   * The first record; the warehouse's state before is read from now on, while dbt starts. It is waited for only where
   * dbt's log would not tell whether it came before dbt's first statement, and then not for long.
   */
  begin(started: DraftEvent): Promise<void>
  /** Follows dbt's log until `ended` settles. */
  follow(ended: Promise<unknown>): Promise<void>
  /** The rest of the log, what dbt left, the warehouse's state after, how it ended, and what disagrees. */
  finish(exit: ChildExit): Promise<void>
}

export function captureRun(parts: CaptureParts, guard: Guard): RunCapture {
  const { run, writer, warehouse, fingerprintKey, shapeKey } = parts
  const stream = runStream(run)
  const reader = createDbtRunReader({ run, wrapped: true, fingerprintKey, shapeKey })
  const first = watchFirstStatement()
  const clock = { spawned: 0, from: '' }
  let before = Promise.resolve(NOT_ASKED)
  let added: Promise<unknown> = before
  const follower: LogFollower = followLog({
    ...parts.log,
    stream,
    push: (line, whole) => {
      first.take(line)
      return reader.push(line, whole)
    },
    seal: parts.seal,
    writer,
    readable: parts.readable,
  })
  const add = (drafts: readonly DraftEvent[]) => {
    const { events, values } = parts.seal(drafts)
    writer.add(stream, events, values)
  }
  return {
    async begin(started) {
      add([started])
      writer.flush()
      let released = false
      const isLate = async (readAt: Date) => {
        if (!parts.logTells) return released
        // A statement that was sent by then is in the log by now.
        await follower.poll()
        return first.isBefore(readAt)
      }
      const reading = warehouse.before(isLate)
      before = reading.catch(() => NOT_ASKED)
      added = guard('reading the warehouse before the run', async () => {
        add((await reading).drafts)
        writer.flush()
      })
      if (!parts.logTells) await Promise.race([added, sleep(HOLD_MS)])
      released = true
      clock.spawned = parts.elapsed()
      clock.from = parts.now().toISOString()
    },
    async follow(ended) {
      let over = false
      const stop = () => {
        over = true
      }
      ended.then(stop, stop)
      while (!over) {
        await guard("reading dbt's log", () => follower.poll())
        // A timer of its own each time: a slow poll must not pile up further ones.
        await Promise.race([sleep(POLL_MS), ended.catch(() => undefined)])
      }
    },
    async finish(exit) {
      const ended = { at: parts.elapsed(), to: parts.now().toISOString() }
      const built = settable<FinishedRun['relations']>()
      const after = guard('reading the warehouse after the run', () =>
        warehouse.after(
          built.promise,
          before.then(({ drafts }) => drafts),
        ),
      )
      const gaps: GapReason[] = []
      if (exit.startError !== null) gaps.push('process-not-started')
      if (exit.signal !== null) gaps.push('process-signalled')
      const logged = await guard("reading dbt's log", async () => {
        await follower.end()
        return true
      })
      if (logged === undefined) gaps.push('log-truncated')
      // The Rust engine's spans tell more than its log; they are only whole at the end.
      const otel = await guard("reading dbt's spans", () => fileLines(parts.log.otel))
      const finished = await guard('reading what dbt left', async () => {
        const files = await readLeft(parts.variables, parts.target, parts.project, 'gap')
        if (files.unread.length > 0) gaps.push('artifact-unreadable')
        const left =
          otel !== undefined && scanOtel(otel).length > 0
            ? readDbtRun({ run, fingerprintKey, shapeKey, otel, ...files })
            : reader.finish(files)
        add(left.events)
        for (const artifact of left.artifacts) writer.putArtifact(artifact.bytes)
        writer.flush()
        return left
      })
      if (finished === undefined) gaps.push('artifact-unreadable')
      built.set(finished?.relations ?? [])
      await added
      const answered = (await after) ?? NOT_ASKED
      add(answered.drafts)
      if (exit.startError === null) {
        const { code: exitCode, signal } = exit
        add([runExitedDraft(run, parts.now().toISOString(), { exitCode, signal })])
      }
      writer.flush()
      const events = [...openSpool(writer.directory).events()].map(({ event }) => ({ ...event, id: event.id ?? '' }))
      add(
        runMetrics({
          run,
          time: parts.now().toISOString(),
          dbt:
            exit.startError === null
              ? { from: clock.from, to: ended.to, seconds: (ended.at - clock.spawned) / 1000 }
              : null,
          overhead: (clock.spawned + parts.elapsed() - ended.at) / 1000,
          statements: events.filter(({ type }) => type === 'dev.clyra.dbt.statement.executed.v1').length,
          logBytes: follower.bytes(),
          artifactBytes: finished?.artifacts.reduce((sum, { bytes }) => sum + bytes.length, 0) ?? 0,
          warehouse: { before: (await before).seconds, after: answered.seconds },
          limits: warehouse.limits,
        }),
      )
      add(closeDbtRun(run, events, gaps))
      writer.finish()
      follower.close()
      parts.readable?.close()
    },
  }
}

/** A promise that is fulfilled from outside. */
function settable<T>(): { readonly promise: Promise<T>; set(value: T): void } {
  let fulfil: (value: T) => void = () => undefined
  const promise = new Promise<T>((resolve) => {
    fulfil = resolve
  })
  return { promise, set: (value) => fulfil(value) }
}
