import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FRAME_MAGIC, HEADER_BYTES } from '../../src/stores/embedded/segment-format.js'
import { createEmbeddedLedger, layoutOf, openEmbeddedLedgerReader } from '../../src/stores/index.js'
import { verifyLedger } from '../ledger/verify-ledger.js'
import { reportFaults } from './report.js'

const SEGMENT = '00000000000000000000.seg'
let root: string
/** A ledger as a process leaves it that ends right after its first two records are durable. */
let born: string
let bytes: number

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clyra-creation-'))
  born = join(root, 'born')
  await (await createEmbeddedLedger({ directory: join(root, 'whole'), origin: 'born.example' })).close()
  await cp(layoutOf(join(root, 'whole')).keys, layoutOf(born).keys, { recursive: true })
  const whole = await readFile(join(layoutOf(join(root, 'whole')).log, SEGMENT))
  // The first frame; the heads record of the closing is in the second.
  bytes = whole.indexOf(FRAME_MAGIC, HEADER_BYTES + 1)
  await cp(layoutOf(join(root, 'whole')).log, layoutOf(born).log, { recursive: true })
  await truncate(join(layoutOf(born).log, SEGMENT), bytes)
  await rm(join(layoutOf(born).log, 'durable'))
})

afterAll(() => rm(root, { recursive: true, force: true }))

async function cutAt(length: number): Promise<string> {
  const directory = join(root, `cut-${length}`)
  await cp(born, directory, { recursive: true })
  await truncate(join(layoutOf(directory).log, SEGMENT), length)
  return directory
}

test('a creation that was cut off anywhere can be made again at once, and what was there is set aside', async () => {
  let cases = 0
  for (let length = 0; length < bytes; length += Math.ceil(bytes / 24)) {
    const directory = await cutAt(length)
    const warnings: string[] = []
    const onWarning = (warning: string) => warnings.push(warning)
    await expect(openEmbeddedLedgerReader({ directory })).rejects.toMatchObject({ code: 'LEDGER_NOT_FOUND' })
    const ledger = await createEmbeddedLedger({ directory, origin: 'born.example', onWarning })
    expect(await ledger.size()).toBe(2n)
    await ledger.close()
    expect(warnings.join(), `cut at ${length}`).toContain('moved to')
    expect((await readdir(join(layoutOf(directory).log, 'torn'))).length).toBe(1)
    await verifyLedger(directory)
    cases++
  }
  reportFaults('creation', [
    {
      fault: 'the process ends while the first records are written',
      where: 'create',
      cases,
      survived: cases,
      rule: 'creation can be repeated at once; what was there is set aside and told; a ledger is never made over another',
      mutation: 'take any segment for a ledger (LEDGER_EXISTS), or none (the second test)',
    },
  ])
})

test('a ledger with one whole record, or with a later frame, or with a signed checkpoint is never made over', async () => {
  const whole = await cutAt(bytes)
  const sealed = await cutAt(70)
  await cp(layoutOf(join(root, 'whole')).checkpoints, layoutOf(sealed).checkpoints, { recursive: true })
  const damaged = join(root, 'damaged')
  await cp(join(root, 'whole'), damaged, { recursive: true })
  await rm(layoutOf(damaged).checkpoints, { recursive: true })
  const path = join(layoutOf(damaged).log, SEGMENT)
  const log = await readFile(path)
  log[80]! ^= 1
  await writeFile(path, log)
  for (const directory of [whole, sealed, damaged]) {
    await expect(createEmbeddedLedger({ directory, origin: 'born.example' })).rejects.toMatchObject({
      code: 'LEDGER_EXISTS',
    })
  }
})
