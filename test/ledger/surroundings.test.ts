import { type ChildProcess, spawnSync } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEmbeddedLedger, layoutOf, openEmbeddedLedger, openEmbeddedLedgerReader } from '../../src/stores/index.js'
import { removeFolder } from '../services/index.js'
import { verifyLedger } from './verify-ledger.js'
import { collectAcknowledged, startWriter } from './writer-process.js'

let root: string
let mounted: string[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'clyra-around-'))
})

afterEach(async () => {
  // Lazily: LMDB keeps its file open on a read-only file system until the process ends.
  for (const path of mounted) spawnSync('umount', ['-l', path])
  mounted = []
  await removeFolder(root)
})

/** Root ignores mode bits and a quota needs a file system: both are shown on a small one of their own. */
function mount(path: string, ...options: string[]): boolean {
  const { status } = spawnSync('mount', [...options, path])
  if (status === 0) mounted.push(path)
  return status === 0
}

const canMount = (() => {
  const tried = spawnSync('unshare', ['-m', 'true'])
  return process.getuid?.() === 0 && tried.status === 0
})()
if (!canMount) process.stderr.write('not run: a full disk and a read-only file system, because mounting needs root\n')

const event = (n: number) => ({ type: 'com.example.thing.v1', source: '/t', data: { n } })

test('mounting is possible where it has to be', () => {
  expect(!canMount && process.env['CI'] === 'true').toBe(false)
})

test.skipIf(!canMount)('a full disk is DISK_FULL, and nothing that was acknowledged is lost', async () => {
  const disk = join(root, 'disk')
  spawnSync('mkdir', [disk])
  expect(mount(disk, '-t', 'tmpfs', '-o', 'size=1500k', 'tmpfs')).toBe(true)
  const directory = join(disk, '.clyra')
  const child = startWriter({ directory, inFlight: 3, batch: 20, segmentBytes: 100_000, sealDelayMs: 50 })
  const said = collectAcknowledged(child)
  const errors = await said.ended
  expect(errors).toContain('DISK_FULL')
  expect(said.all.length).toBeGreaterThan(100)
  spawnSync('mount', ['-o', 'remount,size=32m', disk])
  const ledger = await openEmbeddedLedger({ directory })
  const found = await ledger.positionsOf(said.all.map(({ id }) => id))
  expect(said.all.filter(({ position }, i) => found[i] !== BigInt(position))).toEqual([])
  await ledger.append('thing-1', 'any', [event(1)])
  await ledger.close()
  await verifyLedger(directory)
})

test.skipIf(!canMount)(
  'a ledger on a read-only file system can be read, with its index or without, and is not opened for writing',
  async () => {
    const directory = join(root, '.clyra')
    const ledger = await createEmbeddedLedger({ directory })
    await ledger.append(
      'thing-1',
      'any',
      Array.from({ length: 300 }, (_, n) => event(n)),
    )
    await ledger.close()
    for (const withIndex of [true, false]) {
      const disk = join(root, `read-only-${withIndex}`)
      spawnSync('mkdir', [disk])
      const source = join(root, `source-${withIndex}`)
      await cp(directory, join(source, '.clyra'), { recursive: true })
      if (!withIndex) await rm(layoutOf(join(source, '.clyra')).index, { recursive: true })
      expect(mount(disk, '--bind', source)).toBe(true)
      expect(spawnSync('mount', ['-o', 'remount,ro,bind', disk]).status).toBe(0)
      const warnings: string[] = []
      const place = join(disk, '.clyra')
      const reader = await openEmbeddedLedgerReader({ directory: place, onWarning: (w) => warnings.push(w) })
      expect(await reader.size()).toBe(303n)
      expect((await reader.streamHead('thing-1'))?.revision).toBe(299n)
      expect((await reader.proveHead('thing-1')).head?.revision).toBe(299n)
      await reader.close()
      expect(warnings.length).toBe(withIndex ? 0 : 1)
      await expect(openEmbeddedLedger({ directory: place })).rejects.toMatchObject({ code: 'READ_ONLY' })
      await verifyLedger(place)
    }
  },
)

test('a writer in another process is named, and its end sets the ledger free', async () => {
  const directory = join(root, '.clyra')
  const child: ChildProcess = startWriter({ directory, inFlight: 1, batch: 5 })
  const said = collectAcknowledged(child)
  while (said.all.length === 0 && child.exitCode === null) await sleep(10)
  await expect(openEmbeddedLedger({ directory })).rejects.toMatchObject({
    code: 'LEDGER_LOCKED',
    details: { pid: child.pid },
  })
  const waiting = openEmbeddedLedger({ directory, lockWaitMs: 120_000 })
  await sleep(200)
  child.kill('SIGKILL')
  const ledger = await waiting
  expect(await ledger.size()).toBeGreaterThanOrEqual(BigInt(said.all.length))
  await ledger.close()
  await said.ended
  await verifyLedger(directory)
})

test('a reader in this process follows a writer in another, in order and without a gap', async () => {
  const directory = join(root, '.clyra')
  const child = startWriter({
    directory,
    inFlight: 4,
    batch: 30,
    segmentBytes: 100_000,
    sealDelayMs: 30,
    headsEveryRecords: 200,
  })
  const said = collectAcknowledged(child)
  try {
    while (said.all.length === 0 && child.exitCode === null) await sleep(10)
    const reader = await openEmbeddedLedgerReader({ directory })
    let next = 0n
    let checkpoints = 0
    for await (const message of reader.subscribe()) {
      if (message.kind === 'record') expect(message.record.position).toBe(next++)
      if (message.kind === 'checkpoint') checkpoints++
      if (next > 2000n && checkpoints > 2) break
    }
    const { revision } = (await reader.streamHead('lane-1'))!
    let count = 0n
    for await (const record of reader.readStream('lane-1')) expect(record.revision).toBe(count++)
    expect(count).toBeGreaterThan(revision)
    await reader.close()
  } finally {
    child.kill('SIGKILL')
    await said.ended
  }
})

test('without the private key a ledger is not opened for writing, is told to be one to read, and can be read', async () => {
  const directory = join(root, '.clyra')
  await (await createEmbeddedLedger({ directory })).close()
  await rm(layoutOf(directory).keys, { recursive: true })
  await expect(openEmbeddedLedger({ directory })).rejects.toMatchObject({
    code: 'READ_ONLY',
    message: expect.stringContaining('can only be read'),
  })
  const ledger = await openEmbeddedLedgerReader({ directory })
  expect(await ledger.size()).toBe(3n)
  await expect(ledger.evidenceSigner()).rejects.toMatchObject({ code: 'NO_EVIDENCE_KEY' })
  await ledger.close()
})

test('where there is a ledger none is made, and where there is none none is opened', async () => {
  const directory = join(root, '.clyra')
  await expect(openEmbeddedLedger({ directory })).rejects.toMatchObject({ code: 'LEDGER_NOT_FOUND' })
  await (await createEmbeddedLedger({ directory, origin: 'first.example' })).close()
  await expect(createEmbeddedLedger({ directory, origin: 'second.example' })).rejects.toMatchObject({
    code: 'LEDGER_EXISTS',
  })
  const ledger = await openEmbeddedLedgerReader({ directory })
  expect(ledger.origin).toBe('first.example')
  await ledger.close()
})
