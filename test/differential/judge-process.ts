import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { VerifyResult } from '../../verifier/ts/src/index.js'
import type { VectorOptions } from '../../verifier/ts/test/vectors/index.js'
import { startProgram } from '../services/index.js'

/** What a verifier answers: its result, or that it cannot read the options. */
export interface Answer extends Partial<VerifyResult> {
  readonly refused?: string
}

/** The caller's options; where the evidence is a log and no archive, its files in base64. */
export interface Asked extends VectorOptions {
  readonly tiles?: Readonly<Record<string, string>>
}

/** An archive, or the files of a log by their paths. */
export type Evidence = Uint8Array | ReadonlyMap<string, Uint8Array>

const inBase64 = (files: ReadonlyMap<string, Uint8Array>) =>
  Object.fromEntries([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')]))

/** After so long without an answer a verifier hangs. */
const PATIENCE_MS = 20_000

/** A verifier in a process of its own, which is asked over a pipe and answers in turn. */
export class JudgeProcess {
  readonly #program: ReturnType<typeof startProgram>
  readonly #waiting: { resolve(answer: Answer): void; reject(error: Error): void; readonly since: number }[] = []
  readonly #watch: NodeJS.Timeout

  constructor(
    readonly name: string,
    command: readonly [string, ...string[]],
  ) {
    const [program, ...args] = command
    this.#program = startProgram(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const { child } = this.#program
    createInterface(child.stdout!).on('line', (line) => this.#waiting.shift()?.resolve(JSON.parse(line) as Answer))
    child.once('exit', (status, signal) => this.#fail(`${name} ended with ${signal ?? status}`))
    child.stdin!.on('error', () => undefined)
    this.#watch = setInterval(() => {
      const oldest = this.#waiting[0]
      if (oldest !== undefined && performance.now() - oldest.since > PATIENCE_MS)
        this.#fail(`${name} gave no answer for ${PATIENCE_MS / 1000} seconds`)
    }, 1000).unref()
  }

  /** What it says of an archive, or of the files of a log. Rejects where the process ends, or hangs, before it answers. */
  ask(options: VectorOptions, evidence: Evidence): Promise<Answer> {
    const isArchive = evidence instanceof Uint8Array
    const asked: Asked = isArchive ? options : { ...options, tiles: inBase64(evidence) }
    const archive = isArchive ? evidence : new Uint8Array()
    const text = Buffer.from(JSON.stringify(asked))
    const request = Buffer.alloc(8 + text.length + archive.length)
    request.writeUInt32BE(text.length, 0)
    text.copy(request, 4)
    request.writeUInt32BE(archive.length, 4 + text.length)
    request.set(archive, 8 + text.length)
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.push({ resolve, reject, since: performance.now() })
      this.#program.child.stdin!.write(request)
    })
  }

  /** The most memory that it has taken so far, KiB. */
  peakKib(): number {
    const status = readFileSync(`/proc/${this.#program.child.pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1])
  }

  close(): Promise<void> {
    clearInterval(this.#watch)
    this.#fail(`${this.name} was closed`)
    return this.#program.end()
  }

  #fail(why: string): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(why))
  }
}
