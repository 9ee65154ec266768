import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const SCRIPT = fileURLToPath(new URL('./checker.mjs', import.meta.url))

/** The compiled stores; `npm run build` makes them. */
export const STORES = join(
  process.env['CLYRA_DIST'] ?? fileURLToPath(new URL('../../dist', import.meta.url)),
  'src/stores/index.js',
)

/** What must be true of a ledger that a fault left. */
interface Promised {
  readonly directory: string
  /** Position and id of each event that was acknowledged. */
  readonly acknowledged: readonly (readonly [number, string])[]
  /** Checkpoints that anybody may have read. */
  readonly published: readonly string[]
  readonly segmentBytes: number
}

export interface Verdict {
  /** What does not hold; none where the ledger survived. */
  readonly faults: readonly string[]
  /** What the ledger warned of when it was opened. */
  readonly warnings: readonly string[]
}

const verdict = z.object({ faults: z.array(z.string()), warnings: z.array(z.string()) })

/**
 * A process that opens what faults left, checks it and goes on working with it. One that ends over it is a fault of
 * the product too; the next ledger gets a new process.
 */
export class Checker {
  readonly #env: NodeJS.ProcessEnv
  #child: Promise<ChildProcess> | undefined

  constructor(env: NodeJS.ProcessEnv = {}) {
    if (!existsSync(STORES)) throw new Error(`${STORES} is missing: npm run build`)
    this.#env = env
  }

  async check(promised: Promised): Promise<Verdict> {
    this.#child ??= this.#start()
    const child = await this.#child
    return new Promise((resolve) => {
      const settle = (answer: Verdict) => {
        clearTimeout(timer)
        child.removeAllListeners()
        resolve(answer)
      }
      const lost = (why: string) => {
        this.#child = undefined
        settle({ faults: [why], warnings: [] })
      }
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        lost('opening and checking it takes more than three minutes')
      }, 180_000)
      child.once('message', (message) => settle(verdict.parse(message)))
      child.once('exit', (code, signal) => lost(`the process that opened it ended with ${signal ?? code}`))
      child.send(promised)
    })
  }

  async close(): Promise<void> {
    const child = await this.#child
    this.#child = undefined
    child?.disconnect()
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(SCRIPT, [STORES], {
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    await new Promise((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', () => reject(new Error('the checker did not start')))
    })
    child.removeAllListeners()
    return child
  }
}
