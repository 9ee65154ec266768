import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  createEmbeddedLedger,
  fsck,
  layoutOf,
  openEmbeddedLedger,
  openEmbeddedLedgerReader,
} from '../../src/stores/index.js'
import { verifyLedger } from './verify-ledger.js'

let directory: string
let checkpoints: string

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'clyra-kept-')), '.clyra')
  checkpoints = layoutOf(directory).checkpoints
  const ledger = await createEmbeddedLedger({ directory })
  for (let n = 0; n < 3; n++) {
    await ledger.append('thing-1', 'any', [{ type: 'com.example.thing.v1', source: '/t', data: { n } }])
    await ledger.heads()
  }
  await ledger.close()
})

afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }))

test('the checkpoint of every sealed heads record is kept, and fsck names each that is gone', async () => {
  const kept = (await readdir(checkpoints)).filter((name) => /^[0-9]+$/.test(name)).sort()
  expect(kept).toEqual(['4', '6', '8'])
  for (const name of kept) {
    const away = join(directory, '..', name)
    await rename(join(checkpoints, name), away)
    const { findings } = await fsck({ directory, all: true })
    expect(findings.map(({ code, position }) => ({ code, position }))).toEqual([
      { code: 'TREE_DIVERGED', position: Number(name) - 1 },
    ])
    await rename(away, join(checkpoints, name))
  }
  await verifyLedger(directory)
})

test('a file among the kept checkpoints that is none is told as that, not as a damaged log', async () => {
  const stray = join(checkpoints, '99')
  await writeFile(stray, 'not a checkpoint\n')
  await expect(openEmbeddedLedger({ directory })).rejects.toMatchObject({
    code: 'TREE_DIVERGED',
    message: expect.stringContaining('kept at 99'),
  })
  const reader = await openEmbeddedLedgerReader({ directory })
  expect(await reader.size()).toBe(8n)
  await reader.close()
  await rm(stray)
  await verifyLedger(directory)
})
