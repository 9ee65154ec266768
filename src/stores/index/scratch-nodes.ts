import type { HeadsNodeStore } from '../../merkle/index.js'

/** Collects changes of nodes without making them. */
export class ScratchNodes implements HeadsNodeStore {
  readonly changed = new Map<string, Uint8Array>()
  readonly #below: HeadsNodeStore

  constructor(below: HeadsNodeStore) {
    this.#below = below
  }

  get(path: string): Uint8Array | undefined {
    return this.changed.get(path) ?? this.#below.get(path)
  }

  set(path: string, node: Uint8Array): void {
    this.changed.set(path, node)
  }
}
