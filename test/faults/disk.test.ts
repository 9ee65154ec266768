import { strict as assert } from 'node:assert'
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ErrorCode } from '../../src/errors/index.js'
import { ReaderWatch } from '../../src/stores/conformance/faults/reader-watch.js'
import { sampleId } from '../../src/stores/conformance/sample-events.js'
import * as product from '../../src/stores/index.js'
import { fullBounds, reportFaults } from './report.js'
import { events, type Stores, withMutant } from './stores-under-test.js'

const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0
if (!canMount) process.stderr.write('not run: a disk that is full and free again, because mounting needs root\n')

test('mounting is possible where it has to be', () => {
  expect(!canMount && process.env['CI'] === 'true').toBe(false)
})

let root: string
let disk: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'clyra-disk-'))
  disk = join(root, 'disk')
  mkdirSync(disk)
  if (canMount) expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]).status).toBe(0)
})

afterEach(async () => {
  // Lazily: LMDB may keep its file open until the process ends.
  if (canMount) spawnSync('umount', ['-l', disk])
  await rm(root, { recursive: true, force: true })
})

/** What a caller may be told while there is no space. */
const NAMED: readonly ErrorCode[] = ['DISK_FULL', 'STORE_FAILED', 'SEAL_FAILED']

const ballast = () => join(disk, 'ballast')

/** Leaves so many bytes free on the disk. */
function leaveFree(bytes: number): void {
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(ballast(), new Uint8Array(Math.max(0, bavail * bsize - bytes)))
}

async function code(promise: Promise<unknown>): Promise<ErrorCode | 'done'> {
  try {
    await promise
    return 'done'
  } catch (error) {
    // A mutant has an error class of its own.
    const found = NAMED.find((one) => error instanceof Error && 'code' in error && error.code === one)
    if (found === undefined) throw error
    return found
  }
}

/** One ledger on the disk, which is filled up to `free` bytes, used until it refuses, and set free again. */
class FilledDisk {
  readonly #stores: Stores
  readonly #directory: string
  readonly #acknowledged: { readonly batch: number; readonly positions: readonly bigint[] }[] = []
  readonly #watch = new ReaderWatch()
  #batch = 0

  constructor(stores: Stores) {
    this.#stores = stores
    this.#directory = join(disk, '.clyra')
  }

  async run(free: number): Promise<void> {
    const options = { directory: this.#directory, sealDelayMs: 10, segmentBytes: 100_000, headsEveryRecords: 200 }
    const ledger = await this.#stores.createEmbeddedLedger({ ...options, origin: 'disk.example' })
    for (let i = 0; i < 5; i++) await this.#append(ledger)
    const reader = await this.#stores.openEmbeddedLedgerReader({ directory: this.#directory })
    try {
      leaveFree(free)
      const refused = await this.#appendUntilRefused(ledger)
      await this.#watch.look(reader)
      await code(ledger.sealed((await ledger.size()) - 1n))
      assert.notEqual(await code(this.#append(ledger, refused)), 'done', 'the log took an append after a failed one')
      rmSync(ballast())
      // Sealing needs no opening. An attempt that began on the full disk may still have to fail.
      await code(ledger.sealed((await ledger.size()) - 1n))
      const { size } = await ledger.sealed((await ledger.size()) - 1n)
      assert.ok(size >= BigInt(this.#acknowledged.at(-1)!.positions.at(-1)!))
      assert.equal(await code(this.#append(ledger, refused)), 'STORE_FAILED')
      await this.#watch.look(reader)
      await code(ledger.close())
      const again = await this.#stores.openEmbeddedLedger(options)
      await this.#append(again, refused)
      await this.#append(again)
      for (const { batch, positions } of this.#acknowledged)
        assert.deepEqual(await again.positionsOf(idsOf(batch)), positions, `batch ${batch} was acknowledged and lost`)
      await this.#watch.look(reader)
      await this.#watch.recheck(again)
      await again.close()
    } finally {
      await code(ledger.close())
      await reader.close()
    }
    assert.deepEqual((await product.fsck({ directory: this.#directory, all: true })).findings, [])
  }

  /** Gives the batch that was refused. */
  async #appendUntilRefused(ledger: product.EmbeddedLedger): Promise<number> {
    for (let i = 0; i < 2000; i++) {
      const batch = this.#batch
      const answer = await code(this.#append(ledger))
      if (answer === 'done') continue
      assert.equal(answer, 'DISK_FULL', 'the first refusal names the disk')
      return batch
    }
    throw new Error('the disk is never full')
  }

  async #append(ledger: product.EmbeddedLedger, batch = this.#batch++): Promise<void> {
    const { positions } = await ledger.append(`thing-${batch % 3}`, 'any', events(25, idsOf(batch)))
    this.#acknowledged.push({ batch, positions })
  }
}

const idsOf = (batch: number) => Array.from({ length: 25 }, (_, n) => sampleId(1000 * batch + n))

const FREE = fullBounds ? [0, 4096, 8192, 20_000, 50_000, 100_000, 200_000, 400_000, 800_000] : [0, 20_000, 300_000]

test.skipIf(!canMount)(
  'a full disk is refused by name and loses nothing; when it is free again sealing goes on, and after an opening appends too',
  async () => {
    for (const free of FREE) {
      await new FilledDisk(product).run(free)
      await rm(join(disk, '.clyra'), { recursive: true })
    }
    reportFaults('disk', [
      {
        fault: 'disk full, then free again',
        where: `append, seal, index, close; ${FREE.join(', ')} bytes left`,
        cases: FREE.length,
        survived: FREE.length,
        rule: 'appends are refused with DISK_FULL, then STORE_FAILED until reopened; nothing acknowledged is lost; sealing goes on once there is space; a reader goes on all the time',
        mutation: 'take a failed write of the log for done; take the next append after a failed one',
      },
    ])
  },
)

test.skipIf(!canMount)('a mutant that takes a failed write of the log for done fails', async () => {
  const mutation = {
    name: 'failed write of the log taken for done',
    file: 'stores/embedded/embedded-log-store.js',
    changes: [
      ['await segment.append(frame.bytes);', 'await segment.append(frame.bytes).catch(() => undefined);'],
      // What is read back is a second guard, which would find it.
      ['this.#assertAlone();\n        segment.assertEndsWith(frame.bytes);', ''],
    ],
  } as const
  await expect(withMutant(mutation, (stores) => new FilledDisk(stores).run(20_000))).rejects.toThrow(FAILED_WRITE)
})

test.skipIf(!canMount)('a mutant that takes the next append after a failed one fails', async () => {
  const mutation = {
    name: 'appends go on after a failed one',
    file: 'stores/embedded/embedded-log-store.js',
    changes: [['this.#failure = failure;', '']],
  } as const
  await expect(withMutant(mutation, (stores) => new FilledDisk(stores).run(20_000))).rejects.toThrow(WENT_ON)
})

// What was written of the frame is found by the next append, where the disk took a part of it.
const FAILED_WRITE =
  /the writer published \d+ durable records|acknowledged and lost|bytes instead of the \d+ that were written/
const WENT_ON = /STORE_FAILED|took an append after a failed one/
