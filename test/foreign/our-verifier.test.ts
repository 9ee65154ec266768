/** Every damage that Tessera's fsck is given, given to our verifier: also those that Tessera misses. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { verifyTilesAt } from '../../src/cli/evidence/verify-tiles-at.js'
import { type Damage, ledgerKeyOf, MISSED, REFUSED } from './damages.js'
import { makeSampleLedger, type SampleLedger } from './sample-ledger.js'
import { TileTree } from './tile-tree.js'

const WARNING = 'FILES_IGNORED'

describe('clyra verify, over the tiles of a ledger', () => {
  let root: string
  let ledger: SampleLedger
  let tree: TileTree

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'clyra-tiles-'))
    ledger = await makeSampleLedger(root, 900, 3)
    tree = new TileTree(ledger.tiles, ledger.size)
  })
  afterEach(() => tree.restore())
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  const verify = () => verifyTilesAt(ledger.tiles, { trust: [ledger.vkey] })

  test.each([...REFUSED, ...MISSED].map((damage): [string, string, Damage] => [damage.ours, damage.name, damage]))(
    'says %s to %s',
    async (code, _, { act }) => {
      await act(tree, ledgerKeyOf(ledger))
      const { verdict, code: said, warnings } = await verify()
      if (code === WARNING) {
        expect(said).toBe('OK')
        expect(warnings.map((warning) => warning.code)).toEqual([WARNING])
      } else expect([verdict, said]).toEqual(['INVALID', code])
      tree.restore()
      expect(await verify()).toMatchObject({ verdict: 'VALID', warnings: [] })
    },
  )

  test('accepts the partial tiles and bundles that an earlier size had', async () => {
    tree.write('tile/0/001.p/9', tree.read(tree.path(0, 1)).subarray(0, 9 * 32))
    tree.write('tile/entries/001.p/1', bundleOf(tree.entries(1).slice(0, 1)))
    expect(await verify()).toMatchObject({ verdict: 'VALID', warnings: [] })
  })
})

/** As C2SP writes it down: u16 big-endian length, bytes. */
const bundleOf = (entries: readonly Uint8Array[]) =>
  Buffer.concat(entries.flatMap((entry) => [Buffer.of(entry.length >> 8, entry.length & 0xff), entry]))
