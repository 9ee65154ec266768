import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeFrame, type Frame, FrameReader, MAX_FRAME_BYTES } from './frames.js'

async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0
  for (let i = 0; start < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    yield bytes.subarray(start, start + size)
    start += size
  }
}

async function framesOf(pieces: AsyncIterable<Buffer>): Promise<Frame[]> {
  const found: Frame[] = []
  for await (const frame of new FrameReader().read(pieces)) found.push(frame)
  return found
}

const message = fc.record({
  header: fc.dictionary(fc.string(), fc.jsonValue()),
  body: fc.uint8Array({ maxLength: 300 }),
})

describe('frames', () => {
  it('come out as they went in, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
        async (sent, sizes) => {
          const bytes = Buffer.concat(sent.map(({ header, body }) => encodeFrame(header, body)))
          const got = await framesOf(inPieces(bytes, sizes))
          expect(got.map(({ header, body }) => [header, [...body]])).toEqual(
            sent.map(({ header, body }) => [JSON.parse(JSON.stringify(header)), [...body]]),
          )
        },
      ),
    )
  })

  it('that are larger than the bound are refused by their length alone, on either side', async () => {
    const lengths = Buffer.alloc(8)
    lengths.writeUInt32BE(2, 0)
    lengths.writeUInt32BE(MAX_FRAME_BYTES, 4)
    await expect(framesOf(inPieces(lengths, [8]))).rejects.toMatchObject({ code: 'PEER_REFUSED' })
    expect(() => encodeFrame({}, new Uint8Array(MAX_FRAME_BYTES))).toThrow(
      expect.objectContaining({ code: 'BATCH_TOO_LARGE' }),
    )
  })

  it('with a header that is no JSON are refused', async () => {
    const frame = encodeFrame({ a: 1 })
    frame[8] = 0x78
    await expect(framesOf(inPieces(frame, [3]))).rejects.toMatchObject({ code: 'PEER_REFUSED' })
  })

  it('that are cut off are none, and the reader says that it was inside one', async () => {
    const reader = new FrameReader()
    const found: Frame[] = []
    for await (const frame of reader.read(inPieces(encodeFrame({ a: 1 }).subarray(0, 10), [4]))) found.push(frame)
    expect([found, reader.inside]).toEqual([[], true])
  })
})
