/** Bytes of a page's header, and of its parts; see `mapped-file.ts`. */
export const PAGE_HEADER = 24
const NODE_HEADER = 8
export const OVERFLOW_NODE = 24
export const PAGE = { branch: 1, leaf: 2, overflow: 4, meta: 8 } as const
export const NODE = { overflow: 1, tree: 2 } as const

interface PageWanted {
  readonly number: number
  readonly kind: number
  readonly integers: boolean
  /** The transaction of the state that reaches the page: one of a later is taken to be written to at this moment. */
  readonly newest: bigint
}

/** A page of nodes, in which everything lies where it may. */
export class NodePage {
  readonly number: number
  readonly #bytes: Buffer
  readonly #count: number
  readonly #upper: number
  readonly #integers: boolean

  private constructor(number: number, bytes: Buffer, integers: boolean) {
    this.number = number
    this.#bytes = bytes
    this.#count = bytes.readUInt16LE(20) / 2
    this.#upper = bytes.readUInt16LE(22)
    this.#integers = integers
  }

  /** `integers`: the keys are numbers of 64 bits, else bytes. A text says what is wrong with the page. */
  static read(bytes: Buffer, { number, kind, integers, newest }: PageWanted): NodePage | string {
    const lower = bytes.readUInt16LE(20)
    const upper = bytes.readUInt16LE(22)
    const named = bytes.readBigUInt64LE(0) === BigInt(number) && bytes.readUInt16LE(18) === kind
    const right = named && bytes.readBigUInt64LE(8) <= newest
    const holds = lower % 2 === 0 && lower >= 2 && lower <= upper && upper <= bytes.length - PAGE_HEADER
    if (!right || !holds) return `has a damaged page ${number}`
    return new NodePage(number, bytes, integers)
  }

  eachChild(take: (page: bigint) => void): string | undefined {
    return this.#each((node, flags) => {
      const low = BigInt(this.#bytes.readUInt32LE(node))
      take(low | (BigInt(flags) << 32n))
      return undefined
    }, 'branch')
  }

  /** For an overflowing value `data` is where it lies, and its length. */
  eachValue(take: (flags: number, data: Buffer) => string | undefined): string | undefined {
    return this.#each((node, flags, dataAt) => {
      const length = this.#bytes.readUInt32LE(node)
      if ((flags & NODE.overflow) === 0) {
        if (dataAt + length > this.#bytes.length) return this.#damaged()
        return take(flags, this.#bytes.subarray(dataAt, dataAt + length))
      }
      if (dataAt + OVERFLOW_NODE > this.#bytes.length) return this.#damaged()
      const data = Buffer.alloc(OVERFLOW_NODE + 4)
      this.#bytes.copy(data, 0, dataAt, dataAt + OVERFLOW_NODE)
      data.writeUInt32LE(length, OVERFLOW_NODE)
      return take(flags, data)
    }, 'leaf')
  }

  /** Nodes in order of their keys, which ascend; the first key of a branch says nothing. */
  #each(
    take: (node: number, flags: number, dataAt: number) => string | undefined,
    kind: 'branch' | 'leaf',
  ): string | undefined {
    const bytes = this.#bytes
    let before: Buffer | undefined
    for (let i = 0; i < this.#count; i++) {
      const offset = bytes.readUInt16LE(PAGE_HEADER + 2 * i)
      const node = PAGE_HEADER + offset
      if (offset < this.#upper || node + NODE_HEADER > bytes.length) return this.#damaged()
      const keyLength = bytes.readUInt16LE(node + 6)
      const dataAt = node + NODE_HEADER + keyLength
      if (dataAt > bytes.length) return this.#damaged()
      if (kind === 'leaf' || i > 0) {
        const key = bytes.subarray(node + NODE_HEADER, dataAt)
        if (keyLength === 0) return this.#damaged()
        if (before !== undefined && this.#compare(before, key) >= 0) return this.#damaged()
        before = key
      }
      const fault = take(node, bytes.readUInt16LE(node + 4), dataAt)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  #compare(a: Buffer, b: Buffer): number {
    if (!this.#integers) return Buffer.compare(a, b)
    if (a.length !== 8 || b.length !== 8) return 0
    const [one, other] = [a.readBigUInt64LE(), b.readBigUInt64LE()]
    return one < other ? -1 : one > other ? 1 : 0
  }

  #damaged(): string {
    return `has a damaged page ${this.number}`
  }
}
