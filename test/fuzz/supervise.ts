import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removeFolder } from '../services/index.js'
import type { Counts } from './engine/session.js'
import type { Mutant } from './mutants.js'

const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url))

/** The heap that a session may have, in MiB; with the module loader it needs about 100. */
const HEAP_MIB = 256
/** The whole process at its largest, in KiB: heap, code and the inputs outside of the heap. */
export const MOST_RSS_KIB = 768 * 1024
/** An input that is being read for longer than this hangs. */
const HANG_MS = 30_000

interface Session {
  readonly counts: readonly (Counts & { readonly hole?: string })[]
  readonly maxRSS: number
  /** Why the process ended before its time: it hung, ran out of memory or died, and on which input. */
  readonly ended: string | undefined
}

interface SessionRequest {
  readonly seed: number
  readonly milliseconds: number
  readonly only?: readonly string[]
  readonly mutants?: readonly Mutant[]
  readonly from?: number
  readonly maxExecutions?: number
}

/**
 * Runs a session in a child process under a bound on its heap, and watches it: a reader that hangs, or that takes the
 * process down, is told by the input that was being read.
 */
export async function supervise(request: SessionRequest): Promise<Session> {
  const folder = mkdtempSync(join(tmpdir(), 'clyra-fuzz-'))
  const progressFile = join(folder, 'progress')
  const assignment = { only: [], ...request, progressFile }
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MIB}`, CHILD, JSON.stringify(assignment)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let complaints = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    complaints += String(chunk)
  })
  let hung = false
  const watch = watchProgress(progressFile, () => {
    hung = true
    child.kill('SIGKILL')
  })
  const status = await new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
  clearInterval(watch)
  const documents = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as (Counts & { readonly hole?: string }) | { readonly maxRSS: number }) // what child.mjs says
  const counts = documents.filter((one) => 'target' in one)
  const last = documents.find((one) => 'maxRSS' in one)
  const at = readProgress(progressFile)
  await removeFolder(folder)
  const where = `target ${at.target}, input ${at.iteration}, seed ${request.seed}`
  const ended = hung
    ? `it hung for ${HANG_MS} ms (${where})`
    : status !== 0
      ? `it died with ${status} (${where}): ${complaints.slice(-2000)}`
      : undefined
  return { counts, maxRSS: last?.maxRSS ?? 0, ended }
}

function readProgress(path: string): { readonly target: number; readonly iteration: number } {
  try {
    const bytes = readFileSync(path)
    return { target: bytes.readUInt32LE(0), iteration: bytes.readUInt32LE(4) }
  } catch {
    return { target: -1, iteration: -1 }
  }
}

/** Calls `stuck` when the same input has been read for too long. Before the first one nothing is known. */
function watchProgress(path: string, stuck: () => void): NodeJS.Timeout {
  let last = ''
  let since = performance.now()
  return setInterval(() => {
    const { target, iteration } = readProgress(path)
    const now = `${target} ${iteration}`
    if (now !== last || target < 0) {
      last = now
      since = performance.now()
    } else if (performance.now() - since > HANG_MS) stuck()
  }, 500)
}
