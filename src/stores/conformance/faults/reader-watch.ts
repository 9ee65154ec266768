import assert from 'node:assert/strict'
import { hex } from '../../../canonical/index.js'
import { isClyraError } from '../../../errors/index.js'
import type { LedgerReader } from '../../../ledger/index.js'

/** Follows a log as a reader does, and holds the ledger to everything it ever showed. */
export class ReaderWatch {
  readonly #leaves: string[] = []
  #checkpoint = 0n

  /** Reads what is new. Rejects (AssertionError) at a gap, or where less is shown than before. */
  async look(reader: LedgerReader): Promise<void> {
    assert.ok((await reader.size()) >= BigInt(this.#leaves.length), 'a reader was shown fewer records than before')
    for await (const { position, leaf } of reader.readAll({ from: BigInt(this.#leaves.length) })) {
      assert.equal(position, BigInt(this.#leaves.length), 'a reader was shown a gap')
      this.#leaves.push(hex(leaf))
    }
    const size = await publishedSize(reader)
    assert.ok(size >= this.#checkpoint, `a reader was shown a checkpoint of ${size} after one of ${this.#checkpoint}`)
    this.#checkpoint = size
  }

  /** Compares all that was ever shown with what is there. */
  async recheck(ledger: LedgerReader): Promise<void> {
    let next = 0
    for await (const { leaf } of ledger.readAll({ before: BigInt(this.#leaves.length) })) {
      assert.equal(hex(leaf), this.#leaves[next], `the record that a reader was shown at ${next} has changed`)
      next++
    }
    assert.equal(next, this.#leaves.length, 'records that a reader was shown have gone')
  }
}

/** 0n before the first checkpoint. */
async function publishedSize(reader: LedgerReader): Promise<bigint> {
  try {
    return (await reader.checkpoint()).size
  } catch (error) {
    if (isClyraError(error, 'NOT_SEALED')) return 0n
    throw error
  }
}
