/**
 * `fsck --all` over ledgers with several independent damages at once: each is named at its own place, none hides behind
 * another, and none is told twice.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exportTiles } from '../../src/ledger/index.js'
import { entriesPath, entryBundle, tilePath } from '../../src/merkle/index.js'
import { decodeFrame, HEADER_BYTES, parseSegmentName, segmentName } from '../../src/stores/embedded/segment-format.js'
import { createEmbeddedLedger, FileTileStore, fsck, layoutOf } from '../../src/stores/index.js'

/** What a finding must say; the position only where it is one of the log's. */
interface Expected {
  readonly code: string
  readonly where: string
  readonly position?: number
}

/** One possible damage: what it does to a copy of the ledger, and the part of the ledger that it touches. */
interface Damage extends Expected {
  /** Damages that share one are not independent. */
  readonly touches: readonly string[]
  readonly act: (state: string) => void
}

let root: string
let template: string
let damages: readonly Damage[]

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'clyra-fsck-'))
  template = join(root, 'template')
  const ledger = await createEmbeddedLedger({ directory: template, segmentBytes: 100_000 })
  for (let batch = 0; batch < 130; batch++) {
    const events = Array.from({ length: 10 }, (_, i) => ({
      type: 'com.example.thing.v1',
      source: '/t',
      data: { n: 10 * batch + i },
    }))
    await ledger.append(`thing-${batch % 4}`, 'any', events)
    if (batch % 40 === 39) await ledger.heads()
  }
  await ledger.heads()
  // With entry bundles, as a directory that is served to others has them.
  await exportTiles(ledger, new FileTileStore(layoutOf(template).tiles))
  await ledger.close()
  rmSync(join(layoutOf(template).tiles, '.tmp'), { recursive: true, force: true })
  damages = allDamages(template)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const told = async (state: string): Promise<Expected[]> => {
  const { findings } = await fsck({ directory: state, all: true })
  return sorted(
    findings.map(({ code, where, position }) =>
      code === 'LOG_CORRUPT' ? { code, where, position: position! } : { code, where },
    ),
  )
}
const expected = (chosen: readonly Damage[]): Expected[] =>
  sorted(
    chosen.map(({ code, where, position }) => (position === undefined ? { code, where } : { code, where, position })),
  )
const sorted = (all: readonly Expected[]) =>
  [...all].sort((a, b) => (`${a.where} ${a.position}` < `${b.where} ${b.position}` ? -1 : 1))

async function damagedBy(chosen: readonly Damage[], name = 'case'): Promise<Expected[]> {
  const state = join(root, name)
  rmSync(state, { recursive: true, force: true })
  cpSync(template, state, { recursive: true })
  for (const { act } of chosen) act(state)
  return told(state)
}

describe('fsck --all', () => {
  test('finds nothing in the ledger as it is', async () => {
    expect(await damagedBy([])).toEqual([])
  })

  test('names each damage by itself, at its place', async () => {
    const failed: object[] = []
    for (const one of damages.filter((_, i) => i % 5 === 0 || i > damages.length - 20)) {
      const findings = await damagedBy([one])
      if (JSON.stringify(findings) !== JSON.stringify(expected([one])))
        failed.push({ expected: expected([one]), findings })
    }
    expect(failed).toEqual([])
  })

  test('names every one of several damages at its own place, and nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(damages.length - 1), { minLength: 2, maxLength: 12 }), async (picks) => {
        const chosen = independent(picks.map((pick) => damages[pick]!))
        expect(await damagedBy(chosen)).toEqual(expected(chosen))
      }),
      { numRuns: Number(process.env['CLYRA_FSCK_RUNS'] ?? 25) },
    )
  })

  test('knows how far the tree goes where neither the last checkpoint nor the newest tile says it', async () => {
    // The last of its damages: it is deleted.
    const gone = damages.findLast(({ where }) => where === 'tile/0/005.p/26')!
    const others = damages.filter(({ touches }) => touches.includes('latest') || touches.includes('checkpoint'))
    expect(others).toHaveLength(3)
    for (const other of others) expect(await damagedBy([gone, other])).toEqual(expected([gone, other]))
    const [latest, published] = [others[0]!, others[2]!]
    expect(await damagedBy([gone, latest, published])).toEqual(expected([gone, latest, published]))
  })

  test('stops at the first without --all', async () => {
    const state = join(root, 'first')
    cpSync(template, state, { recursive: true })
    for (const { act } of independent(damages.filter((_, i) => i % 17 === 0))) act(state)
    expect((await fsck({ directory: state })).findings).toHaveLength(1)
  })

  test('tells what an interrupted process has left as that, which is no damage', async () => {
    const state = join(root, 'left')
    cpSync(template, state, { recursive: true })
    const { checkpoints, tiles } = layoutOf(state)
    put(join(checkpoints, '.tmp'), 'half a check')
    put(join(tiles, '.tmp', '123-0'), 'half a tile')
    const { ok, notes } = await fsck({ directory: state, all: true })
    expect(ok).toBe(true)
    expect(notes.filter((note) => note.includes('temporary file'))).toHaveLength(2)
  })
})

/** Those of which none touches what an earlier one has touched. */
function independent(damaged: readonly Damage[]): Damage[] {
  const taken = new Set<string>()
  return damaged.filter(({ touches }) => {
    if (touches.some((part) => taken.has(part))) return false
    for (const part of touches) taken.add(part)
    return true
  })
}

const put = (path: string, bytes: Uint8Array | string) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}
const edit = (path: string, change: (bytes: Buffer) => Uint8Array) => writeFileSync(path, change(readFileSync(path)))
const flip = (at: number) => (bytes: Buffer) => {
  bytes[at]! ^= 0x20
  return bytes
}

function allDamages(state: string): Damage[] {
  const { log, tiles, checkpoints } = layoutOf(state)
  const frames = readdirSync(log)
    .filter((name) => parseSegmentName(name) !== undefined)
    .flatMap((name) => framesOf(name, readFileSync(join(log, name))))
  const inTiles = (path: string) => (one: string) => join(layoutOf(one).tiles, path)
  const all: Damage[] = frames.map(({ name, start, length, first, next }, i) => ({
    code: 'LOG_CORRUPT',
    where: name,
    position: first,
    // Two frames side by side are one damaged stretch. A leaf that is gone is taken from its tile.
    touches: [`frame ${i}`, `frame ${i + 1}`, ...tilesOf(first, next)],
    act: (one) => edit(join(layoutOf(one).log, name), flip(start + Math.floor((length * (i % 7)) / 8) + 16)),
  }))
  const paths = readdirSync(join(tiles, 'tile'), { recursive: true, encoding: 'utf8' }).map((name) => `tile/${name}`)
  // An earlier partial tile may be gone; the newest of each place may not.
  const newest = new Set(new Map(paths.sort(byWidth).map((path) => [path.replace(/\.p\/.*/, ''), path])).values())
  for (const path of paths) {
    if (!/[0-9]{3}$|\.p\/[0-9]+$/.test(path)) continue
    const [, level, index] = /^tile\/(\w+)\/(\d{3})/.exec(path)!
    const place = `tile ${level} ${Number(index)}`
    const damage = (act: Damage['act'], where = path, touches = [place]) =>
      all.push({ code: 'TREE_DIVERGED', where, touches, act })
    damage((one) => edit(inTiles(path)(one), flip(20)))
    damage((one) => edit(inTiles(path)(one), (bytes) => bytes.subarray(0, -1)))
    if (level === 'entries') {
      const hidden = entryBundle.encode([Buffer.from('{"hidden":1}')])
      damage((one) => edit(inTiles(path)(one), (bytes) => Buffer.concat([bytes, hidden])))
    } else if (newest.has(path)) damage((one) => rmSync(inTiles(path)(one)))
  }
  const strange: [where: string, code: string, file: (one: string) => string][] = [
    [tilePath(0, 1, 5), 'TREE_DIVERGED', inTiles(tilePath(0, 1, 5))],
    [entriesPath(2, 3), 'TREE_DIVERGED', inTiles(entriesPath(2, 3))],
    [tilePath(3, 0, 1), 'TREE_DIVERGED', inTiles(tilePath(3, 0, 1))],
    ['tile/0/000.bak', 'TREE_DIVERGED', inTiles('tile/0/000.bak')],
    ['readme.txt', 'TREE_DIVERGED', inTiles('readme.txt')],
    ['log/notes.txt', 'STRAY_FILE', (one) => join(layoutOf(one).log, 'notes.txt')],
    ['log/00000000000000000000.seg.bak', 'STRAY_FILE', (one) => join(layoutOf(one).log, `${segmentName(0)}.bak`)],
    ['checkpoints/007', 'STRAY_FILE', (one) => join(layoutOf(one).checkpoints, '007')],
  ]
  for (const [where, code, file] of strange)
    all.push({ code, where, touches: [where], act: (one) => put(file(one), 'strange') })
  for (const name of readdirSync(checkpoints)) {
    const where = name === 'latest' ? 'the last signed checkpoint' : `the checkpoint kept at ${name}`
    all.push({
      code: 'TREE_DIVERGED',
      where,
      touches: [name],
      act: (one) => edit(join(layoutOf(one).checkpoints, name), otherRoot),
    })
  }
  all.push(
    {
      code: 'TREE_DIVERGED',
      where: 'checkpoints/latest',
      touches: ['latest'],
      act: (one) => rmSync(join(layoutOf(one).checkpoints, 'latest')),
    },
    {
      code: 'TREE_DIVERGED',
      where: 'the published checkpoint',
      touches: ['checkpoint'],
      act: (one) => edit(inTiles('checkpoint')(one), otherRoot),
    },
  )
  return all
}

/** A bit of the root, in a note that stays one. */
function otherRoot(note: Buffer): Buffer {
  const at = note.indexOf('\n', note.indexOf('\n') + 1) + 3
  note[at] = note[at] === 0x41 ? 0x42 : 0x41
  return note
}

const tilesOf = (first: number, next: number) =>
  [...new Set([Math.floor(first / 256), Math.floor((next - 1) / 256)])].map((index) => `tile 0 ${index}`)

function framesOf(name: string, bytes: Buffer) {
  const frames: { name: string; start: number; length: number; first: number; next: number }[] = []
  let start = HEADER_BYTES
  for (let frame = decodeFrame(bytes, start); frame !== undefined; frame = decodeFrame(bytes, start)) {
    const { firstPosition: first, count, paddedLength: length } = frame
    frames.push({ name, start, length, first, next: first + count })
    start += length
  }
  return frames
}

/** Partial tiles by their width, full ones last. */
const byWidth = (a: string, b: string) => widthOf(a) - widthOf(b)
const widthOf = (path: string) => Number(/\.p\/(\d+)$/.exec(path)?.[1] ?? 256)
