import { setImmediate as nextTurn } from 'node:timers/promises'
import { type LogTail, type ReadableLog, tailFile } from '../../../connectors/dbt/index.js'
import type { DraftEvent } from '../../events/index.js'
import type { SpoolWriter } from '../../spool/index.js'
import type { Sealer } from './sealer.js'

/** Reads dbt's log while dbt writes it, and spools what it tells. */
export interface LogFollower {
  /** Takes what is new. At each node's end everything so far is flushed. */
  poll(): Promise<void>
  /** Takes the rest, once dbt has ended. */
  end(): Promise<void>
  /** How much of the log was read. */
  bytes(): number
  close(): void
}

export interface FollowedLog {
  readonly path: string
  /** Bytes that were there before this run. */
  readonly start: number
  readonly stream: string
  /** Gives what a line tells; `whole` is false for a last line without its line break. */
  push(line: string, whole: boolean): readonly DraftEvent[]
  readonly seal: Sealer
  readonly writer: SpoolWriter
  readonly readable: ReadableLog | undefined
}

/** Events of these types end a node: what was read so far must not be lost any more. */
const NODE_ENDS = new Set([
  'dev.clyra.dbt.node.executed.v1',
  'dev.clyra.dbt.test.result.v1',
  'dev.clyra.dbt.invocation.completed.v1',
])

export function followLog(log: FollowedLog): LogFollower {
  const tail: LogTail = tailFile(log.path, log.start)
  const spool = (drafts: readonly DraftEvent[]) => {
    if (drafts.length === 0) return false
    const { events, values } = log.seal(drafts)
    log.writer.add(log.stream, events, values)
    return drafts.some((draft) => NODE_ENDS.has(draft.type))
  }
  const take = async () => {
    for (let lines = tail.read(); lines.length > 0; lines = tail.read()) {
      log.readable?.write(lines)
      let nodeEnded = false
      for (const line of lines) nodeEnded = spool(log.push(line, true)) || nodeEnded
      if (nodeEnded) log.writer.flush()
      // dbt's signals and exit must be seen while a large backlog is read.
      await nextTurn()
    }
  }
  return {
    poll: take,
    async end() {
      await take()
      const rest = tail.rest()
      if (rest !== '') {
        log.readable?.write([rest])
        spool(log.push(rest, false))
      }
      log.writer.flush()
    },
    bytes: () => tail.offset - log.start,
    close: () => tail.close(),
  }
}
