import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('./race-for-lock.mjs', import.meta.url))

/**
 * A process that opens a ledger at its first word, and appends an event at each further one (`race-for-lock.mjs`).
 * `wrapper`: a program that runs it, with its arguments.
 */
export class Racer {
  readonly child: ChildProcess
  readonly #answers: AsyncIterator<string>
  readonly #lines: Interface

  constructor(stores: string, directory: string, wrapper: readonly string[] = []) {
    const [program, ...args] = [...wrapper, process.execPath, SCRIPT, stores, directory]
    this.child = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.child.stdout! })
    this.#answers = this.#lines[Symbol.asyncIterator]()
  }

  /** Says its next word, and gives the answer: `open`, `appended <position> <id>`, `refused <code> <process id>`. */
  async next(): Promise<string> {
    this.child.stdin!.write('\n')
    return (await this.#answers.next()).value ?? 'gone'
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = new Promise((resolve) => this.child.once('close', resolve))
    this.child.kill('SIGKILL')
    await ended
  }
}
