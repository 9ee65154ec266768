import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('./live-and-die.mjs', import.meta.url))

/** What the writer was about when it was killed. */
export const PHASES = ['create', 'open', 'append', 'seal', 'heads', 'close'] as const
export type Phase = (typeof PHASES)[number]

/** A batch by the life that made it and its number there. */
export type BatchName = readonly [life: number, number: number]

export interface Life {
  readonly directory: string
  readonly life: number
  readonly inFlight: number
  /** Batches of the lives before that were tried and not answered: this one repeats them. */
  readonly repeat: readonly BatchName[]
  /** What is broken on purpose: acknowledgement before the append; other ids for a repeated batch. */
  readonly mutant?: 'early' | 'new ids' | undefined
}

/** When a writer dies: so many milliseconds into the nth phase of that name. */
export interface Moment {
  readonly phase: Phase
  readonly nth: number
  readonly delay: number
}

/** What one life said before it ended. */
export interface Obituary {
  readonly phase: Phase
  readonly acknowledged: readonly { readonly position: bigint; readonly id: string }[]
  readonly tried: readonly BatchName[]
  readonly answered: readonly BatchName[]
  /** An error that ended it before it was killed. */
  readonly errors: readonly string[]
}

/** A process that is loaded, and begins with its life when it is told. */
export class KilledWriter {
  readonly #child: ChildProcess
  readonly #lines: string[] = []
  readonly #ended: Promise<void>
  #onLine: () => void = () => undefined
  #rest = ''

  /** `stores`: the compiled module that it runs. */
  constructor(stores: string) {
    this.#child = spawn(process.execPath, [SCRIPT, stores], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n')
      // A line that was cut by the kill says nothing.
      this.#rest = lines.pop() ?? ''
      this.#lines.push(...lines)
      this.#onLine()
    })
    this.#child.stdin!.on('error', () => undefined)
    this.#ended = new Promise((resolve) => this.#child.on('close', () => resolve()))
  }

  /** Lets it live until it is `delay` ms into the `nth` phase of that name, kills it, and tells what it had said. */
  async live(life: Life, { phase, nth, delay }: Moment): Promise<Obituary> {
    this.#child.stdin!.write(`${JSON.stringify(life)}\n`)
    const reached = () => this.#lines.filter((line) => line === `phase ${phase}`).length >= nth
    await Promise.race([this.#ended, this.#when(reached)])
    await new Promise((resolve) => setTimeout(resolve, delay))
    return this.kill()
  }

  async kill(): Promise<Obituary> {
    this.#child.kill('SIGKILL')
    await this.#ended
    return obituary(this.#lines)
  }

  #when(reached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onLine = () => {
        if (reached()) resolve()
      }
      this.#onLine()
    })
  }
}

function obituary(lines: readonly string[]): Obituary {
  const acknowledged: { position: bigint; id: string }[] = []
  const tried: BatchName[] = []
  const answered: BatchName[] = []
  let phase: Phase = 'open'
  for (const line of lines) {
    const [kind, a, b, ...rest] = line.split(' ')
    // The program names no other phase than these.
    if (kind === 'phase') phase = a as Phase
    if (kind === 'try') tried.push([Number(a), Number(b)])
    if (kind !== 'ack') continue
    answered.push([Number(a), Number(b)])
    for (const one of rest) {
      const [position, id] = one.split(':')
      acknowledged.push({ position: BigInt(position!), id: id! })
    }
  }
  const errors = lines.filter((line) => line.startsWith('error '))
  return { phase, acknowledged, tried, answered, errors }
}
