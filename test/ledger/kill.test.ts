import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openEmbeddedLedger } from '../../src/stores/index.js'
import { verifyLedger } from './verify-ledger.js'
import { type Acknowledged, collectAcknowledged, startWriter } from './writer-process.js'

const ROUNDS = Number(process.env['CLYRA_KILL_ROUNDS'] ?? 15)

test(`a writer that is killed ${ROUNDS} times loses nothing it acknowledged, and what it left opens whole`, async () => {
  const root = await mkdtemp(join(tmpdir(), 'clyra-kill-'))
  const directory = join(root, '.clyra')
  const acknowledged: Acknowledged[] = []
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const child = startWriter({
        directory,
        inFlight: 1 + (round % 4) * 3,
        batch: round % 3 === 0 ? 1 : 40,
        segmentBytes: 150_000,
        sealDelayMs: 20,
        headsEveryRecords: 300,
      })
      const said = collectAcknowledged(child)
      const before = acknowledged.length
      const patience = performance.now() + 20_000
      while (said.all.length === 0 && child.exitCode === null && performance.now() < patience) await sleep(5)
      await sleep(20 + Math.random() * 250)
      child.kill('SIGKILL')
      const errors = await said.ended
      acknowledged.push(...said.all)
      expect(acknowledged.length, `round ${round}: ${errors}`).toBeGreaterThan(before)
      // Every second time the next writer finds what the kill left, untouched by a reader.
      if (round % 2 === 0) await expectAll(directory, acknowledged, true)
    }
    await expectAll(directory, acknowledged, false)
    const { counts } = await verifyLedger(directory)
    expect(counts.segments).toBeGreaterThan(1)
    expect(counts.heads).toBeGreaterThan(1)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})

async function expectAll(directory: string, acknowledged: readonly Acknowledged[], readOnly: boolean): Promise<void> {
  const ledger = await openEmbeddedLedger({ directory, readOnly })
  try {
    const found = await ledger.positionsOf(acknowledged.map(({ id }) => id))
    const lost = acknowledged.filter(({ position }, i) => found[i] !== BigInt(position))
    expect(lost).toEqual([])
  } finally {
    await ledger.close()
  }
}
