import { hex } from '../../canonical/index.js'
import { overtakes } from '../../ledger/index.js'
import type { RememberedNote, SealMemory } from '../../ports/index.js'

/** A memory of signed sizes in memory, for tests. */
export class MemorySealMemory implements SealMemory {
  readonly notes = new Map<string, Uint8Array>()

  async recall(identity: Uint8Array): Promise<readonly RememberedNote[]> {
    const note = this.notes.get(hex(identity))
    return note === undefined ? [] : [{ note, where: 'memory' }]
  }

  async remember(identity: Uint8Array, note: Uint8Array): Promise<void> {
    if (overtakes(note, this.notes.get(hex(identity)))) this.notes.set(hex(identity), Uint8Array.from(note))
  }
}
