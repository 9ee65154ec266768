import { ClyraError, type ErrorCode } from '../../../errors/index.js'

/** What a step that fails leaves behind. */
export type FaultKind =
  /** Nothing, and an error. */
  | 'not persisted'
  /** Everything, and an error all the same: the answer was lost. */
  | 'answer lost'
  /** A part, where the port allows it, and an error. */
  | 'partly persisted'

/** What becomes of the process afterwards: it goes on, or every later call fails too, as if it had ended there. */
export type Aftermath = 'goes on' | 'ends'

/** One fault of a run: the call number `at` on any port, counted from 0. */
export interface Fault {
  readonly at: number
  readonly kind: FaultKind
  readonly aftermath: Aftermath
}

/** One call on a port, e.g. `tiles.write`, and the ways in which it can fail. */
export interface Step {
  readonly name: string
  readonly kinds: readonly FaultKind[]
}

/** How a call fails beside `run`, which is the whole of it. */
export interface StepOptions {
  /** Leaves a part of what `run` would. */
  readonly partly?: (() => Promise<unknown>) | undefined
  /** Code of the injected error. Default IO_FAILED. */
  readonly code?: ErrorCode
}

/** Counts the calls of a run over all its ports and makes one of them fail. Without a fault it records the steps. */
export class FaultPlan {
  readonly steps: Step[] = []
  readonly #fault: Fault | undefined
  #failed: Step | undefined

  constructor(fault?: Fault) {
    this.#fault = fault
  }

  /** The step that has failed; undefined as long as none has. */
  get failed(): Step | undefined {
    return this.#failed
  }

  /** True once the process counts as ended. */
  get ended(): boolean {
    return this.#failed !== undefined && this.#fault?.aftermath === 'ends'
  }

  /** A call that changes what is kept. */
  async write<T>(name: string, run: () => Promise<T>, { partly, code = 'IO_FAILED' }: StepOptions = {}): Promise<T> {
    const kinds: FaultKind[] = ['not persisted', 'answer lost']
    const fault = this.#next({ name, kinds: partly === undefined ? kinds : [...kinds, 'partly persisted'] })
    if (fault === undefined) return run()
    if (fault.kind === 'answer lost') await run()
    if (fault.kind === 'partly persisted') await partly?.()
    throw injected(name, fault.kind, code)
  }

  /** A call that only looks. It can fail in one way. */
  async read<T>(name: string, run: () => Promise<T>): Promise<T> {
    return this.look(name, run)
  }

  /** The same where the answer is given at once. */
  look<T>(name: string, run: () => T): T {
    if (this.#next({ name, kinds: ['not persisted'] }) === undefined) return run()
    throw injected(name, 'not persisted', 'IO_FAILED')
  }

  /** The fault, where this step is the one that fails. */
  #next(step: Step): Fault | undefined {
    if (this.ended) throw new ClyraError('IO_FAILED', `${step.name}: the process has ended`)
    this.steps.push(step)
    if (this.#failed !== undefined || this.steps.length - 1 !== this.#fault?.at) return undefined
    this.#failed = step
    return this.#fault
  }
}

function injected(name: string, kind: FaultKind, code: ErrorCode): ClyraError {
  return new ClyraError(code, `injected into ${name}: ${kind}`)
}
