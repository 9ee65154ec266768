import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { open } from 'lmdb'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { mappedFileFault } from '../../src/system/mapped-file.js'
import { clyra, discard, leaveRun, sandbox } from '../cli/clyra.js'
import { type FaultRow, fullBounds, reportFaults } from './report.js'

const PAGE_BYTES = 4096
const folder = mkdtempSync(join(tmpdir(), 'clyra-derived-'))
const rows: FaultRow[] = []
afterAll(() => {
  rmSync(folder, { recursive: true })
  reportFaults('derived', rows)
})

/** A table of small values and one of large, with pages that were freed. */
async function makeDatabase(path: string): Promise<Buffer> {
  const root = open<Buffer, Buffer>({ path, encoding: 'binary', keyEncoding: 'binary', maxDbs: 4 })
  const [ids, states] = ['ids', 'states'].map((name) =>
    root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' }),
  )
  for (let round = 0; round < 12; round++) {
    root.transactionSync(() => {
      for (let i = 0; i < 80; i++)
        ids!.putSync(
          Buffer.from(`key-${(round * 7919 + i * 104729) % 100_000}`),
          Buffer.alloc(1 + ((i * 37) % 3_000), i),
        )
      for (let i = 0; i < 4; i++)
        states!.putSync(Buffer.from(`key-${(round + i * 7) % 30}`), Buffer.alloc(5_000 + i * 15_000))
      for (const key of [...ids!.getKeys({ limit: 30 })]) ids!.removeSync(Buffer.from(key))
    })
  }
  await root.flushed
  await root.close()
  return readFileSync(join(path, 'data.mdb'))
}

type Random = (below: number) => number

function randomFrom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >>> 8) % below
  }
}

const DAMAGES: readonly [string, (bytes: Buffer, random: Random) => Buffer][] = [
  ['one bit', (bytes, random) => xor(bytes, random(bytes.length), 1 << random(8))],
  [
    'one byte of the head of a page',
    (bytes, random) => xor(bytes, pageIn(bytes, random) + random(64), 1 + random(255)),
  ],
  ['one byte of the first page', (bytes, random) => xor(bytes, random(400), 1 + random(255))],
  ['a page of junk', (bytes, random) => bytes.fill('junk!', ...pageAt(pageIn(bytes, random)))],
  ['a page of zeros', (bytes, random) => bytes.fill(0, ...pageAt(pageIn(bytes, random)))],
  [
    'a page in the place of another',
    (bytes, random) => {
      const from = pageIn(bytes, random)
      bytes.copy(bytes, pageIn(bytes, random), from, from + PAGE_BYTES)
      return bytes
    },
  ],
  ['a cut', (bytes, random) => bytes.subarray(0, random(bytes.length))],
]

function xor(bytes: Buffer, at: number, mask: number): Buffer {
  bytes.writeUInt8(bytes.readUInt8(at) ^ mask, at)
  return bytes
}

function pageIn(bytes: Buffer, random: Random): number {
  return random(bytes.length / PAGE_BYTES) * PAGE_BYTES
}

function pageAt(at: number): [number, number] {
  return [at, at + PAGE_BYTES]
}

/** Which of these databases ended the process that used them. */
function endedBy(paths: readonly string[]): string[] {
  const program = fileURLToPath(new URL('./use-mapped.mjs', import.meta.url))
  const ended: string[] = []
  for (let left = paths; left.length > 0; ) {
    const { stdout, status } = spawnSync(process.execPath, [program, ...left], { encoding: 'utf8' })
    if (status === 0) return ended
    const begun = stdout.match(/^> /gm)?.length ?? 0
    ended.push(left[Math.max(0, begun - 1)]!)
    left = left.slice(Math.max(1, begun))
  }
  return ended
}

test('a damaged LMDB file is refused before it is mapped, or does not end the process that reads and writes it', async () => {
  const intact = await makeDatabase(join(folder, 'intact'))
  expect(mappedFileFault(join(folder, 'intact', 'data.mdb'))).toBeUndefined()
  const seed = Number(process.env['CLYRA_SEED'] ?? Date.now() % 1_000_000)
  process.stderr.write(`seed ${seed}\n`)
  const random = randomFrom(seed)
  const each = fullBounds ? 200 : 30
  for (const [what, damage] of DAMAGES) {
    const accepted = Array.from({ length: each }, (_, i) => {
      const directory = join(folder, `${what.replaceAll(' ', '-')}-${i}`)
      mkdirSync(directory)
      writeFileSync(join(directory, 'data.mdb'), damage(Buffer.from(intact), random))
      return directory
    }).filter((directory) => mappedFileFault(join(directory, 'data.mdb')) === undefined)
    const ended = endedBy(accepted)
    for (const directory of accepted) rmSync(directory, { recursive: true })
    expect(ended, `${what}, seed ${seed}`).toEqual([])
    rows.push({
      fault: `${what} of a derived LMDB file`,
      where: 'index, projections',
      cases: each,
      survived: each - ended.length,
      rule: 'refused before it is mapped, or read and written to without the end of the process',
      mutation: 'map the file without looking at its pages',
    })
  }
}, 1_200_000)

test('without the look at its pages the same damage ends the process', async () => {
  const directory = join(folder, 'unguarded')
  const intact = await makeDatabase(directory)
  writeFileSync(join(directory, 'data.mdb'), intact.fill('junk', 2 * PAGE_BYTES))
  expect(endedBy([directory])).toEqual([directory])
})

test.each(['junk', 'cut'])('every command works beside kept projections and an index that are %s', (kind) => {
  const place = sandbox()
  onTestFinished(() => discard(place))
  expect(clyra(place, ['init']).status).toBe(0)
  leaveRun(place, 'good')
  expect(clyra(place, ['ingest', 'dbt', 'target']).status).toBe(0)
  const state = join(place, 'project', '.clyra')
  const damage = (path: string) => {
    const bytes = readFileSync(path)
    writeFileSync(path, kind === 'junk' ? bytes.fill('junk', 2 * PAGE_BYTES) : bytes.subarray(0, bytes.length / 2))
  }
  let survived = 0
  const commands = [
    ['runs'],
    ['report', '--last'],
    ['replay'],
    ['fsck'],
    ['bundle', '--last', '-o', join(place, 'run.zip')],
    ['keys'],
    ['ingest', 'dbt', 'target'],
  ]
  for (const command of commands) {
    damage(join(state, 'projections.mdb'))
    damage(join(state, 'index', 'lmdb', 'data.mdb'))
    const { status, signal, stderr } = clyra(place, command)
    expect({ status, signal }, `${command.join(' ')}: ${stderr}`).toEqual({ status: 0, signal: null })
    survived += 1
  }
  rows.push({
    fault: `${kind === 'junk' ? 'junk in' : 'a cut of'} kept projections and index`,
    where: commands.map((words) => `clyra ${words.slice(0, 2).join(' ')}`).join(', '),
    cases: commands.length,
    survived,
    rule: 'the answer is that of the log; what is damaged is made again by the next command that writes',
    mutation: 'map the files without looking at their pages',
  })
})
