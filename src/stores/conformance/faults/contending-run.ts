import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { hex } from '../../../canonical/index.js'
import { isClyraError } from '../../../errors/index.js'
import { createLedger, type LedgerHandle, type LedgerPorts, openLedger } from '../../../ledger/index.js'
import { rootOf } from '../../../merkle/index.js'
import { checkLedger } from '../check-ledger.js'
import { collect } from '../collect.js'
import { sampleEvents } from '../sample-events.js'
import { SeededRandom } from '../seeded-random.js'
import type { FaultFixture } from './fault-fixture.js'
import { Witness } from './witness.js'

const WRITERS = 3
const ROUNDS = 12

/**
 * Several processes write and seal one log at once, each answer of a port taking its time; a witness sees everything
 * that is signed and published. Where the store has one writer, the others must be refused instead. Gives their number.
 */
export async function runContending(fixture: FaultFixture, seed: number): Promise<number> {
  const random = new SeededRandom(seed)
  const witness = new Witness()
  const opened: LedgerHandle[] = []
  const ports = async () => {
    const slow = slowSealing(witness.watch(await fixture.openPorts(() => undefined)), random)
    return fixture.between?.(slow) ?? slow
  }
  const options = { sealDelayMs: 0 }
  try {
    const create = {
      ...options,
      random: (bytes: number) => new Uint8Array(randomBytes(bytes)),
      origin: 'faults.example',
    }
    opened.push(await createLedger(await ports(), create))
    for (let i = 1; i < WRITERS; i++) {
      try {
        opened.push(await openLedger(await ports(), options))
      } catch (error) {
        assert.ok(isClyraError(error, 'LEDGER_LOCKED'), String(error))
      }
    }
    const writers = opened.length
    await Promise.all(opened.map((ledger, i) => write(ledger, i, random)))
    for (const ledger of opened.splice(0)) await ledger.close()
    const ledger = await openLedger(await ports(), options)
    opened.push(ledger)
    await checkLedger(ledger)
    assert.deepEqual(witness.violations, [])
    const leaves = (await collect(ledger.readAll())).map(({ leaf }) => leaf)
    for (const { size, root } of witness.seen)
      assert.equal(hex(rootOf(leaves.slice(0, size))), hex(root), `what was signed at ${size} is not in the log`)
    return writers
  } finally {
    for (const ledger of opened) await ledger.close().catch(() => undefined)
    await fixture.dispose()
  }
}

async function write(ledger: LedgerHandle, writer: number, random: SeededRandom): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const first = 100_000 * writer + 1000 * round
    const { position } = await ledger.append(`sample-${writer}`, 'any', sampleEvents(first, random.between(1, 40)))
    await random.pause()
    if (random.chance(30)) await ledger.heads()
    const { size } = await ledger.sealed(position)
    assert.ok(size > position)
    // What others have appended can be sealed by this one too.
    await ledger.sealed((await ledger.size()) - 1n)
  }
}

/** Every step of sealing waits a moment before it is done, and another one before its answer comes. */
function slowSealing(below: LedgerPorts, random: SeededRandom): LedgerPorts {
  const slowly = async <T>(run: () => Promise<T>): Promise<T> => {
    await random.pause()
    const answer = await run()
    await random.pause()
    return answer
  }
  const { tiles, checkpoints } = below
  return {
    ...below,
    tiles: {
      read: (path) => slowly(() => tiles.read(path)),
      write: (files) => slowly(() => tiles.write(files)),
      publish: (note) => slowly(() => tiles.publish(note)),
      prune: (paths) => slowly(() => tiles.prune(paths)),
      list: () => tiles.list(),
      close: () => tiles.close(),
    },
    checkpoints: {
      latest: () => slowly(() => checkpoints.latest()),
      compareAndSet: (expected, next) => slowly(() => checkpoints.compareAndSet(expected, next)),
      keep: (size, note) => slowly(() => checkpoints.keep(size, note)),
      kept: (size) => slowly(() => checkpoints.kept(size)),
      keptSizes: () => slowly(() => checkpoints.keptSizes()),
    },
  }
}
