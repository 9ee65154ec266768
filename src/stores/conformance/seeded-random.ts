/** A small generator of repeatable pseudo-random values (mulberry32). Not for secrets. */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A whole number from 0 to `below - 1`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below)
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  pick<T>(values: readonly T[]): T {
    if (values.length === 0) throw new RangeError('nothing to pick from')
    // below() is smaller than the length, which is not 0.
    return values[this.below(values.length)] as T
  }

  chance(percent: number): boolean {
    return this.below(100) < percent
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i++) bytes[i] = this.below(256)
    return bytes
  }

  /** A lower-case UUIDv7 with random bits for a time. */
  uuid(): string {
    const bytes = this.bytes(16)
    bytes[6] = (bytes[6]! & 0x0f) | 0x70
    bytes[8] = (bytes[8]! & 0x3f) | 0x80
    const text = Buffer.from(bytes).toString('hex')
    return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`
  }

  /** Lets 0 to a few turns of the event loop pass, of different kinds. */
  async pause(): Promise<void> {
    const kind = this.below(6)
    if (kind === 0) return
    if (kind === 1) await Promise.resolve()
    else if (kind === 2) await new Promise((resolve) => setImmediate(resolve))
    else if (kind === 3) await new Promise((resolve) => process.nextTick(resolve))
    else if (kind === 4) await new Promise((resolve) => setTimeout(resolve, this.below(3)))
    else for (let i = this.below(8); i > 0; i--) await Promise.resolve()
  }
}
