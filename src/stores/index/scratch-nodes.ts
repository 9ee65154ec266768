import type { HeadsNodeStore } from '../../merkle/index.js'

/** Collects changes of nodes without making them. */
export class ScratchNodes implements HeadsNodeStore {
  readonly changed = new Map<string, Uint8Array | null>()
  readonly #below: HeadsNodeStore

  constructor(below: HeadsNodeStore) {
    this.#below = below
  }

  get(path: string): Uint8Array | undefined {
    const known = this.changed.get(path)
    return known === undefined ? this.#below.get(path) : (known ?? undefined)
  }

  set(path: string, node: Uint8Array): void {
    this.changed.set(path, node)
  }

  delete(path: string): void {
    this.changed.set(path, null)
  }
}
