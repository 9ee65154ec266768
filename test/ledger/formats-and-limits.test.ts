/** What a ledger says of files of a newer release, and of a limit on the size of files (which needs no root). */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32c } from '@node-rs/crc32'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SEGMENT_VERSION, segmentName } from '../../src/stores/embedded/segment-format.js'
import {
  createEmbeddedLedger,
  fsck,
  layoutOf,
  openEmbeddedLedger,
  openEmbeddedLedgerReader,
} from '../../src/stores/index.js'
import { verifyLedger } from './verify-ledger.js'
import { collectAcknowledged, startWriter } from './writer-process.js'

let root: string
let directory: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'clyra-limits-'))
  directory = join(root, '.clyra')
})

afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

const event = (n: number) => ({ type: 'com.example.thing.v1', source: '/t', data: { n: String(n) } })

/** Digest of every file of a log, by name: what "nothing was touched" means. */
async function digests(log: string): Promise<[string, string][]> {
  const names = (await readdir(log, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  // Who holds the lock, and how far it got, is written at every opening.
  const kept = names.filter(({ name }) => !name.startsWith('lock') && name !== 'durable')
  return Promise.all(
    kept.map(
      async ({ name, parentPath }): Promise<[string, string]> => [
        name,
        createHash('sha256')
          .update(await readFile(join(parentPath, name)))
          .digest('hex'),
      ],
    ),
  )
}

test.each(['the first segment', 'the last segment'])(
  'a newer format in %s is FORMAT_TOO_NEW, for writers and readers, and nothing is touched',
  async (which) => {
    const ledger = await createEmbeddedLedger({ directory, segmentBytes: 2000 })
    for (let i = 0; i < 10; i++) await ledger.append('thing-1', 'any', [event(i), event(100 + i)])
    await ledger.close()
    await verifyLedger(directory)
    const { log } = layoutOf(directory)
    const segments = (await readdir(log)).filter((name) => name.endsWith('.seg')).sort()
    expect(segments.length).toBeGreaterThan(2)
    const name = which === 'the first segment' ? segmentName(0) : segments[segments.length - 1]!
    const intact = await readFile(join(log, name))
    const newer = Buffer.from(intact)
    newer.writeUInt32LE(SEGMENT_VERSION + 1, 8)
    newer.writeUInt32LE(crc32c(newer.subarray(0, 60)), 60)
    await writeFile(join(log, name), newer)
    const before = await digests(log)
    for (const open of [openEmbeddedLedger, openEmbeddedLedgerReader]) {
      await expect(open({ directory })).rejects.toMatchObject({ code: 'FORMAT_TOO_NEW' })
    }
    expect(await digests(log)).toEqual(before)
    const { findings } = await fsck({ directory })
    expect(findings[0]?.code).toBe('FORMAT_TOO_NEW')
    await writeFile(join(log, name), intact)
    await (await openEmbeddedLedger({ directory })).close()
    await verifyLedger(directory)
  },
)

test('a version that was flipped by damage is not taken for a newer release', async () => {
  await (await createEmbeddedLedger({ directory })).close()
  const path = join(layoutOf(directory).log, segmentName(0))
  const bytes = await readFile(path)
  bytes[8]! ^= 2
  await writeFile(path, bytes)
  for (const open of [openEmbeddedLedger, openEmbeddedLedgerReader]) {
    await expect(open({ directory })).rejects.toMatchObject({ code: 'LOG_CORRUPT' })
  }
})

test('a limit on the size of files fails appends with a code; nothing acknowledged is lost, and without it all goes on', async () => {
  await (await createEmbeddedLedger({ directory })).close()
  const limited = ['bash', '-c', 'ulimit -f 1024 && exec "$@"', 'limited']
  expect(spawnSync(limited[0]!, [...limited.slice(1), 'true']).status).toBe(0)
  const child = startWriter({ directory, inFlight: 3, batch: 40, sealDelayMs: 30 }, limited)
  const said = collectAcknowledged(child)
  const errors = await said.ended
  expect(child.signalCode, errors).toBe(null)
  expect(errors).toMatch(/STORE_FAILED|DISK_FULL/)
  expect(said.all.length).toBeGreaterThan(100)
  const ledger = await openEmbeddedLedger({ directory })
  const found = await ledger.positionsOf(said.all.map(({ id }) => id))
  expect(said.all.filter(({ position }, i) => found[i] !== BigInt(position))).toEqual([])
  await ledger.append('thing-1', 'any', [event(1)])
  await ledger.close()
  await verifyLedger(directory)
})
