import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The compiled program; `npm run build` makes it. */
const DIST = process.env['CLYRA_DIST'] ?? fileURLToPath(new URL('../../dist', import.meta.url))
const SCRIPT = fileURLToPath(new URL('./append-forever.mjs', import.meta.url))

interface WriterSettings {
  readonly directory: string
  /** Appends that are under way at once. */
  readonly inFlight: number
  /** Events of each append: 1 to this many. */
  readonly batch: number
  readonly segmentBytes?: number
  readonly sealDelayMs?: number
  readonly headsEveryRecords?: number
  /** Ends by itself after so many appends, without closing. */
  readonly appends?: number
  /** Leaves the flush out: what a test must notice. */
  readonly noFlush?: boolean
}

/** What the child said was durable. */
export interface Acknowledged {
  readonly position: number
  readonly id: string
}

/** A process that appends to a ledger and tells over its stdout what was acknowledged: `ack <position>:<id> ...`. */
export function startWriter(
  settings: WriterSettings,
  wrapper: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): ChildProcess {
  const module = join(DIST, 'src', 'stores', 'index.js')
  if (!existsSync(module)) throw new Error(`${module} is missing: npm run build`)
  const command = [...wrapper, process.execPath, SCRIPT, module, JSON.stringify(settings)]
  return spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
}

/** Collects complete acknowledgement lines; a line that was cut by a kill says nothing. */
export function collectAcknowledged(child: ChildProcess): {
  readonly all: Acknowledged[]
  readonly ended: Promise<string>
} {
  const all: Acknowledged[] = []
  let rest = ''
  let errors = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      for (const [, position, id] of line.matchAll(/ (\d+):([0-9a-f-]{36})/g))
        all.push({ position: Number(position), id: id! })
    }
  })
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  return { all, ended: new Promise((resolve) => child.on('close', () => resolve(errors))) }
}
