import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { crc32c } from '@node-rs/crc32'
import * as fc from 'fast-check'
import { leafHash } from '../../../src/merkle/index.js'
import { recoverLog } from '../../../src/stores/embedded/recover-log.js'
import { scanSegment } from '../../../src/stores/embedded/scan-segment.js'
import {
  decodeFrame,
  encodeFrame,
  encodeSegmentHeader,
  segmentName,
} from '../../../src/stores/embedded/segment-format.js'
import { accepted, outcomeLater, refused, type Target } from '../engine/target.js'
import { type NaiveFile, naiveFrame, naiveRecover, naiveScan } from '../naive/naive-segment.js'
import { bytesOf, join as joined, latin1, mostly } from './generators.js'
import { clyraCode } from './json-targets.js'

const GENESIS = new Uint8Array(32).fill(9)

interface FramePlan {
  readonly texts: readonly string[]
  readonly durableBefore: number
  /** What is changed before the checksum is made again, if it is. */
  readonly field: { readonly at: number; readonly value: number } | undefined
  readonly sum: boolean
}

function makeFrame(first: number, { texts, durableBefore, field, sum }: FramePlan): Uint8Array {
  const records = texts.map((text, i) => {
    const bytes = bytesOf(text)
    return { position: first + i, id: '', stream: '', revision: 0, leaf: leafHash(bytes), bytes }
  })
  const { bytes } = encodeFrame(records, durableBefore)
  if (field === undefined) return Uint8Array.from(bytes)
  const at = field.at % (bytes.length - 4)
  bytes.writeUInt32LE(field.value >>> 0, at)
  if (sum) {
    const length = Math.min(Math.max(16, bytes.readUInt32LE(12)), bytes.length)
    bytes.writeUInt32LE(crc32c(bytes.subarray(12, length), crc32c(bytes.subarray(0, 8))), 8)
  }
  return Uint8Array.from(bytes)
}

const framePlan: fc.Arbitrary<FramePlan> = fc.record({
  texts: fc.array(fc.constantFrom('', 'a', '{"a":1}', 'x'.repeat(40)), { minLength: 1, maxLength: 4 }),
  durableBefore: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.nat(12), fc.constant(2 ** 53 - 1)),
  field: fc.option(
    fc.record({
      at: fc.oneof(fc.constantFrom(0, 12, 16, 20, 24, 28, 32, 36, 72), fc.nat(200)),
      value: fc.constantFrom(0, 1, 2, 8, 40, 76, 65_537, 0xffffffff),
    }),
    { nil: undefined, freq: 3 },
  ),
  sum: fc.boolean(),
})

/** A segment that begins with `first`: frames in order, and what follows them. */
function makeSegment(
  first: number,
  plans: readonly FramePlan[],
  tail: Uint8Array,
): { bytes: Uint8Array; next: number } {
  let next = first
  const frames = plans.map((plan) => {
    const frame = makeFrame(next, plan)
    next += plan.texts.length
    return frame
  })
  return {
    bytes: joined(Uint8Array.from(encodeSegmentHeader({ firstPosition: first, genesis: GENESIS })), ...frames, tail),
    next,
  }
}

const tail = fc.oneof(
  { weight: 3, arbitrary: fc.constant(new Uint8Array(0)) },
  fc.constantFrom(new Uint8Array(24), latin1('\u0000\u0000x'), latin1('\u00ffCLYFRM\n'), new Uint8Array(13)),
)
/** A header of a later version, whose checksum holds. */
function newer(bytes: Uint8Array): Uint8Array {
  const changed = Buffer.from(bytes)
  changed.writeUInt32LE(2, 8)
  changed.writeUInt32LE(crc32c(changed.subarray(0, 60)), 60)
  return Uint8Array.from(changed)
}

const segment = fc
  .tuple(fc.array(framePlan, { maxLength: 4 }), tail, mostly(fc.constant(false), fc.constant(true), 20))
  .map(([plans, end, later]) => {
    const { bytes } = makeSegment(0, plans, end)
    return later ? newer(bytes) : bytes
  })

const honest = (texts: readonly string[], durableBefore = 0): FramePlan => ({
  texts,
  durableBefore,
  field: undefined,
  sum: false,
})
const SEGMENT = makeSegment(
  0,
  [honest(['a', 'b']), honest(['{"n":1}'], 2), honest(['x'.repeat(100), '', 'y'], 3)],
  new Uint8Array(64),
).bytes
const WORDS = ['\u0000'.repeat(8), 'CLYFRM\n', 'CLYSEG\n', '\u0001\u0000\u0000\u0000']
const seeds = [
  SEGMENT,
  makeSegment(0, [honest(['only'])], new Uint8Array(0)).bytes,
  makeSegment(0, [], new Uint8Array(8)).bytes,
]

/** A directory as one text: a line `@@ <position>` before each file. */
const MARK = '\n@@ '
const writeFiles = (sealed: number, files: readonly NaiveFile[]): Uint8Array =>
  joined(bytesOf(String(sealed)), ...files.flatMap(({ first, bytes }) => [bytesOf(`${MARK}${first}\n`), bytes]))

function readFiles(bytes: Uint8Array): { readonly sealed: number; readonly files: readonly NaiveFile[] } | undefined {
  const [sealed = '', ...parts] = Buffer.from(bytes).toString('latin1').split(MARK)
  const files = parts.map((part) => {
    const end = part.indexOf('\n')
    return { first: Number(part.slice(0, end)), bytes: latin1(part.slice(end + 1)) }
  })
  const names = files.map(({ first }) => first)
  if (!/^[0-9]{1,3}$/.test(sealed) || names.some((first) => !Number.isSafeInteger(first) || first < 0)) return undefined
  if (new Set(names).size !== names.length || files.length > 6) return undefined
  return { sealed: Number(sealed), files: [...files].sort((a, b) => a.first - b.first) }
}

const log = fc
  .tuple(
    fc.array(fc.tuple(fc.array(framePlan, { minLength: 1, maxLength: 3 }), tail), { minLength: 1, maxLength: 3 }),
    fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(9)),
    fc.constantFrom(0, 0, 0, 0, 1, 7),
  )
  .map(([segments, sealed, gap]) => {
    let first = 0
    const files = segments.map(([plans, end]) => {
      const made = makeSegment(first, plans, end)
      const file = { first, bytes: made.bytes }
      first = made.next + gap
      return file
    })
    return writeFiles(sealed, files)
  })

/** Written once for each process; every input gets its files in it and they are taken away again. */
let folder: string | undefined
function directory(): string {
  folder ??= mkdtempSync(join(tmpdir(), 'clyra-fuzz-log-'))
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
  mkdirSync(join(folder, 'cache'))
  return folder
}

export const targets: readonly Target[] = [
  {
    name: 'frame',
    seeds: seeds.map((bytes) => bytes.subarray(64)).filter((bytes) => bytes.length > 40),
    words: WORDS,
    structured: framePlan.map((plan) => makeFrame(3, plan)),
    real: (bytes) => {
      const frame = decodeFrame(Buffer.from(bytes), 0)
      if (frame === undefined) return refused('no')
      return accepted(JSON.stringify([frame.firstPosition, frame.durableBefore, frame.paddedLength, frame.entries]))
    },
    naive: (bytes) => {
      const frame = naiveFrame(bytes, 0)
      return frame === undefined
        ? refused('no')
        : accepted(JSON.stringify([frame.first, frame.durableBefore, frame.end, frame.records]))
    },
  },
  {
    name: 'segment',
    seeds,
    words: WORDS,
    structured: segment,
    real: (bytes) => {
      const scan = scanSegment(Buffer.from(bytes), 0, GENESIS)
      if (scan === 'too-new') return refused('too-new')
      const { header, end, nextPosition, clean, vouched, offsets } = scan
      return accepted(JSON.stringify([header?.firstPosition ?? null, end, nextPosition, clean, vouched, offsets]))
    },
    naive: (bytes) => {
      const scan = naiveScan(bytes, 0, Buffer.from(GENESIS).toString('hex'))
      if (scan === 'too-new') return refused('too-new')
      const { first, end, next, clean, vouched, offsets } = scan
      return accepted(JSON.stringify([first ?? null, end, next, clean, vouched, offsets]))
    },
  },
  {
    name: 'recovery',
    seeds: [
      writeFiles(3, [{ first: 0, bytes: SEGMENT }]),
      writeFiles(0, [
        { first: 0, bytes: seeds[1]! },
        { first: 1, bytes: makeSegment(1, [honest(['b'])], new Uint8Array(0)).bytes },
      ]),
    ],
    words: [...WORDS, `${MARK}0\n`, `${MARK}1\n`],
    structured: log,
    real: (bytes) => {
      const read = readFiles(bytes)
      if (read === undefined) return refused('no input')
      const at = directory()
      for (const { first, bytes: content } of read.files) writeFileSync(join(at, segmentName(first)), content)
      return outcomeLater(async () => {
        const { size, torn } = await recoverLog({
          directory: at,
          cacheDirectory: join(at, 'cache'),
          sealedSize: read.sealed,
        })
        const index = torn && read.files.findIndex(({ first }) => segmentName(first) === basename(torn.path))
        return JSON.stringify([size, torn && `${index}@${torn.offset}`])
      }, clyraCode)
    },
    naive: (bytes) => {
      const read = readFiles(bytes)
      if (read === undefined) return refused('no input')
      const found = naiveRecover(read.files, read.sealed)
      return typeof found === 'string' ? refused(found) : accepted(JSON.stringify([found.size, found.torn]))
    },
    compareCodes: true,
  },
]
