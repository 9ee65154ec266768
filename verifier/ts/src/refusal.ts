import { CODES, type FaultCode } from './spec.generated.js'

/** Where in the evidence something was found. `file` is a name inside the archive, `position` a log position or line. */
export interface Where {
  readonly file?: string
  readonly position?: number
}

/** Evidence was refused: the finding that ends a stage. Thrown by parsers and checks, caught by the examination alone. */
export class Refusal extends Error {
  readonly code: FaultCode
  readonly where: Where

  constructor(code: FaultCode, detail: string, where: Where = {}) {
    super(detail)
    this.name = 'Refusal'
    this.code = code
    this.where = where
  }
}

/** The caller's own input (a key, a checkpoint, a demand) cannot be used. Never says anything about the evidence. */
export class VerifyUsageError extends Error {
  readonly code: 'KEY_INVALID' | 'CHECKPOINT_INVALID' | 'OPTION_INVALID'

  constructor(code: VerifyUsageError['code'], message: string) {
    super(message)
    this.name = 'VerifyUsageError'
    this.code = code
  }
}

/**
 * Collects what one stage finds and keeps the finding that comes first: by the order of the codes in the specification,
 * then file name in byte order, then position. So every verifier names the same code, whatever order it looks in.
 */
export class Offences {
  #first: Refusal | undefined

  add(code: FaultCode, detail: string, where: Where = {}): void {
    // Hostile evidence may offend in every record: only a finding that counts is worth an Error.
    if (this.#first === undefined || comesBefore({ code, where }, this.#first))
      this.#first = new Refusal(code, detail, where)
  }

  take(refusal: Refusal): void {
    if (this.#first === undefined || comesBefore(refusal, this.#first)) this.#first = refusal
  }

  get first(): Refusal | undefined {
    return this.#first
  }

  /** Throws the first offence, if there is any. */
  settle(): void {
    if (this.#first !== undefined) throw this.#first
  }
}

function comesBefore(a: Pick<Refusal, 'code' | 'where'>, b: Pick<Refusal, 'code' | 'where'>): boolean {
  const order = CODES[a.code].order - CODES[b.code].order
  if (order !== 0) return order < 0
  // File names are ASCII, so comparing UTF-16 units is comparing bytes.
  const [fileA, fileB] = [a.where.file ?? '', b.where.file ?? '']
  if (fileA !== fileB) return fileA < fileB
  return (a.where.position ?? 0) < (b.where.position ?? 0)
}
