import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { exportTiles } from '../../src/ledger/index.js'
import {
  backup,
  createEmbeddedLedger,
  FileTileStore,
  fsck,
  layoutOf,
  openEmbeddedLedger,
  openEmbeddedLedgerReader,
} from '../../src/stores/index.js'

let directory: string

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'clyra-')), '.clyra')
})

afterEach(async () => {
  const { ok, findings, counts } = await fsck({ directory, all: true })
  expect(findings).toEqual([])
  expect(ok && counts.records > 0 && counts.indexed === counts.records && counts.tiles > 0 && counts.heads > 0).toBe(
    true,
  )
  await rm(directory, { recursive: true, force: true })
})

const event = (n: number) => ({ type: 'com.example.thing.v1', source: '/t', data: { n, text: 'x'.repeat(300) } })

test('a ledger is made, appended to over several segments, closed, and opened again whole', async () => {
  const ledger = await createEmbeddedLedger({ directory, origin: 'one.example', segmentBytes: 200_000 })
  for (let batch = 0; batch < 20; batch++) {
    await ledger.append(
      `thing-${batch % 3}`,
      'any',
      Array.from({ length: 100 }, (_, n) => event(batch * 100 + n)),
    )
  }
  const size = await ledger.size()
  expect(size).toBe(2002n)
  await ledger.close()
  expect((await readdir(layoutOf(directory).log)).filter((name) => name.endsWith('.seg')).length).toBeGreaterThan(4)
  const warnings: string[] = []
  const again = await openEmbeddedLedger({ directory, onWarning: (w) => warnings.push(w) })
  expect(warnings).toEqual([])
  expect(await again.size()).toBe(2003n)
  expect((await again.checkpoint()).size).toBe(2003n)
  let count = 0
  for await (const record of again.readAll()) expect(record.position).toBe(BigInt(count++))
  expect(count).toBe(2003)
  let inStream = 0
  for await (const record of again.readStream('thing-1')) expect(record.revision).toBe(BigInt(inStream++))
  expect(inStream).toBe(700)
  await again.close()
})

test('readers beside the writer see what is durable, and the index may be deleted', async () => {
  const warnings: string[] = []
  const ledger = await createEmbeddedLedger({ directory, segmentBytes: 100_000, headsEveryRecords: 500 })
  await ledger.append(
    'thing-0',
    'no-stream',
    Array.from({ length: 300 }, (_, n) => event(n)),
  )
  const reader = await openEmbeddedLedgerReader({ directory, onWarning: (w) => warnings.push(w) })
  expect(await reader.size()).toBe(302n)
  for (let i = 0; i < 10; i++) {
    await ledger.append(
      'thing-1',
      'any',
      Array.from({ length: 90 }, (_, n) => event(n)),
    )
    const size = await ledger.size()
    // A scheduled heads record may have come meanwhile.
    expect(await reader.size()).toBeGreaterThanOrEqual(size)
    expect((await reader.streamHead('thing-1'))?.revision).toBe(BigInt(90 * (i + 1) - 1))
  }
  await ledger.close()
  expect((await reader.checkpoint()).size).toBe(await reader.size())
  const proof = await reader.proveHead('thing-1')
  expect(proof.head?.revision).toBe(899n)
  let count = 0
  for await (const _ of reader.readStream('thing-1', { backwards: true })) count++
  expect(count).toBe(900)
  await reader.close()
  expect(warnings).toEqual([])
  await rm(layoutOf(directory).index, { recursive: true })
  const bare = await openEmbeddedLedgerReader({ directory, onWarning: (w) => warnings.push(w) })
  expect((await bare.streamHead('thing-1'))?.revision).toBe(899n)
  await bare.close()
  expect(warnings.length).toBe(1)
  const writer = await openEmbeddedLedger({ directory })
  expect((await writer.streamHead('thing-1'))?.revision).toBe(899n)
  await writer.close()
})

test('a second writer is told who holds the ledger', async () => {
  const ledger = await createEmbeddedLedger({ directory, command: 'clyra test' })
  await expect(openEmbeddedLedger({ directory })).rejects.toMatchObject({
    code: 'LEDGER_LOCKED',
    message: `process ${process.pid} (clyra test) writes this ledger`,
  })
  await ledger.close()
  await (await openEmbeddedLedger({ directory, lockWaitMs: 100 })).close()
})

test('a backup beside a writer is a whole ledger, and an export is the whole public tree', async () => {
  const ledger = await createEmbeddedLedger({ directory, segmentBytes: 100_000 })
  let going = true
  const writing = (async () => {
    while (going) await ledger.append('thing-0', 'any', [event(1), event(2), event(3)])
  })()
  for (let i = 0; i < 3; i++) {
    await ledger.append(
      'thing-1',
      'any',
      Array.from({ length: 400 }, (_, n) => event(n)),
    )
    await ledger.heads()
    const target = join(directory, '..', `copy-${i}`)
    const copied = await backup(directory, target)
    expect(copied.sealed).toBeGreaterThan(0)
    const before = await fsck({ directory: target, all: true })
    expect(before.findings).toEqual([])
    expect(before.counts.records).toBe(copied.records)
    await expect(openEmbeddedLedger({ directory: target })).rejects.toMatchObject({ code: 'LEDGER_IS_A_COPY' })
    await (await openEmbeddedLedger({ directory: target, adopt: true })).close()
    const { findings } = await fsck({ directory: target, all: true })
    expect(findings).toEqual([])
    await expect(backup(directory, target)).rejects.toMatchObject({ code: 'LEDGER_EXISTS' })
    await rm(target, { recursive: true })
  }
  going = false
  await writing
  const out = new FileTileStore(join(directory, '..', 'public'))
  const exported = await exportTiles(ledger, out)
  await out.tidy()
  expect((await readdir(join(directory, '..', 'public'))).sort()).toEqual(['checkpoint', 'tile'])
  expect(exported.bundles).toBe(Math.ceil(Number(exported.size) / 256))
  await ledger.append(
    'thing-1',
    'any',
    Array.from({ length: 300 }, (_, n) => event(n)),
  )
  await ledger.heads()
  await exportTiles(ledger, out)
  await ledger.close()
})

test('many subscriptions and appends wait, each with a signal of its own or all with one, and Node warns of nothing', async () => {
  const warnings: Error[] = []
  const take = (warning: Error) => warnings.push(warning)
  process.on('warning', take)
  onTestFinished(() => void process.off('warning', take))
  const ledger = await createEmbeddedLedger({ directory })
  const reader = await openEmbeddedLedgerReader({ directory })
  const shared = new AbortController()
  const signals = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? shared : new AbortController()))
  const seen = signals.map(() => 0)
  const followed = signals.map(async ({ signal }, i) => {
    for await (const message of (i < 20 ? ledger : reader).subscribe({ signal })) {
      if (message.kind === 'record' && message.record.event.type === 'com.example.thing.v1') seen[i]! += 1
    }
  })
  const appends = signals.map(({ signal }, n) => ledger.append(`thing-${n}`, 'any', [event(n)], { signal }))
  await Promise.all(appends)
  await expect.poll(() => seen, { timeout: 60_000 }).toEqual(signals.map(() => 40))
  for (const controller of signals) controller.abort()
  await Promise.all(followed)
  await reader.close()
  await ledger.close()
  expect(warnings).toEqual([])
})
