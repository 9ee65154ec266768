import { setTimeout as sleep } from 'node:timers/promises'
import {
  closeDbtRun,
  createDbtRunReader,
  type FinishedRun,
  type GapReason,
  readDbtRun,
  scanOtel,
} from '../../../connectors/dbt/index.js'
import type { DraftEvent } from '../../events/index.js'
import { openSpool } from '../spool/spool-reader.js'
import type { SpoolWriter } from '../spool/spool-writer.js'
import type { ChildExit } from './child.js'
import { followLog, type LogFollower } from './follow-log.js'
import type { Guard } from './guard.js'
import type { Warehouse } from './observe-warehouse.js'
import { readIfThere, readLeft } from './read-left.js'
import type { ReadableLog } from './readable-log.js'
import { exitedRun } from './run-metadata.js'
import type { Sealer } from './sealer.js'

const POLL_MS = 100

export interface CaptureParts {
  readonly run: string
  readonly writer: SpoolWriter
  readonly seal: Sealer
  readonly fingerprintKey: Uint8Array
  readonly warehouse: Warehouse
  readonly readable: ReadableLog | undefined
  readonly log: { readonly path: string; readonly start: number; readonly otel: string }
  readonly target: string
  readonly project: string
  readonly now: () => Date
}

/** What the wrapper records of a run while dbt runs, into its spool. Every step is guarded by its caller. */
export interface RunCapture {
  /** The first record, and the warehouse's state before. */
  begin(started: DraftEvent): Promise<void>
  /** Follows dbt's log until `ended` settles. */
  follow(ended: Promise<unknown>): Promise<void>
  /** The rest of the log, what dbt left, the warehouse's state after, how it ended, and what disagrees. */
  finish(exit: ChildExit): Promise<void>
}

export function captureRun(parts: CaptureParts, guard: Guard): RunCapture {
  const { run, writer, warehouse } = parts
  const stream = `run-${run}`
  const reader = createDbtRunReader({ run, wrapped: true, fingerprintKey: parts.fingerprintKey })
  const follower: LogFollower = followLog({
    ...parts.log,
    stream,
    push: (line, whole) => reader.push(line, whole),
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
      add((await guard('reading the warehouse before the run', () => warehouse.before())) ?? [])
      writer.flush()
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
      const gaps: GapReason[] = []
      if (exit.startError !== null) gaps.push('process-not-started')
      if (exit.signal !== null) gaps.push('process-signalled')
      const logged = await guard("reading dbt's log", async () => {
        await follower.end()
        return true
      })
      if (logged === undefined) gaps.push('log-truncated')
      const finished = await guard('reading what dbt left', async () => {
        const files = await readLeft(parts.target, parts.project, 'gap')
        // The Rust engine's spans tell more than its log; they are only whole at the end.
        const otel = readIfThere(parts.log.otel)
        const left =
          otel !== undefined && scanOtel(otel).length > 0
            ? readDbtRun({ run, fingerprintKey: parts.fingerprintKey, otel, ...files })
            : reader.finish(files)
        add(left.events)
        for (const artifact of left.artifacts) writer.putArtifact(artifact.bytes)
        writer.flush()
        return left
      })
      if (finished === undefined) gaps.push('artifact-unreadable')
      add((await guard('reading the warehouse after the run', () => warehouse.after(builtBy(finished)))) ?? [])
      if (exit.startError === null) add([exitedRun(run, parts.now().toISOString(), exit)])
      writer.flush()
      const events = [...openSpool(writer.directory).events()].map(({ event }) => ({ ...event, id: event.id ?? '' }))
      add(closeDbtRun(run, events, gaps))
      writer.finish()
      follower.close()
      parts.readable?.close()
    },
  }
}

function builtBy(finished: FinishedRun | undefined): FinishedRun['relations'] {
  return finished?.relations ?? []
}
