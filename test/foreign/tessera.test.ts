/** Tessera's own fsck over a ledger's tiles: accepted as they are, refused after each kind of damage but those named. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { requireService } from '../services/index.js'
import { type Damage, ledgerKeyOf, MISSED, REFUSED } from './damages.js'
import { tesseraFsck } from './judge.js'
import { makeSampleLedger, type SampleLedger } from './sample-ledger.js'
import { TileTree } from './tile-tree.js'

describe.runIf(requireService('go'))("Tessera's fsck", () => {
  let root: string
  let ledger: SampleLedger
  let tree: TileTree

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'clyra-tessera-'))
    ledger = await makeSampleLedger(root, 100_000, 50)
    tree = new TileTree(ledger.tiles, ledger.size)
  })
  afterEach(() => tree.restore())
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  test('accepts the exported tiles of a ledger of more than 100,000 records', () => {
    expect(ledger.size).toBeGreaterThan(100_000)
    expect(tesseraFsck(ledger.tiles, ledger.vkey)).toEqual({ verdict: 'accepted', reason: '' })
    expect(tesseraFsck(ledger.tiles, ledger.vkey, 1)).toEqual({ verdict: 'accepted', reason: '' })
  })

  const judge = async ({ act, tessera }: Damage) => {
    await act(tree, ledgerKeyOf(ledger))
    expect(tesseraFsck(ledger.tiles, ledger.vkey).verdict).toBe(tessera)
  }

  test.each(REFUSED.map((damage) => [damage.name, damage] as const))('refuses %s', (_, damage) => judge(damage))

  test.each(MISSED.map((damage) => [damage.name, damage] as const))('misses %s', (_, damage) => judge(damage))

  test('waits for ever, where one worker alone meets a bad tile', () => {
    tree.edit(tree.path(0, 1), (bytes) => bytes.fill(0, 0, 32))
    expect(tesseraFsck(ledger.tiles, ledger.vkey, 1).verdict).toBe('hung')
  })

  test('accepts the tree again once all of that is undone', () => {
    expect(tesseraFsck(ledger.tiles, ledger.vkey).verdict).toBe('accepted')
  })
})
