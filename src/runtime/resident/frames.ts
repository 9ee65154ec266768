import { ClyraError } from '../../errors/index.js'

/** A frame with all that it carries; what waits of one peer is never more. */
export const MAX_FRAME_BYTES = 8 << 20
const LENGTHS = 8

/** One message: a JSON value, and bytes that it says the meaning of. */
export interface Frame {
  readonly header: unknown
  readonly body: Uint8Array
}

/** Header length and body length as 32 bits each, big-endian; the header as JSON; the body. Throws BATCH_TOO_LARGE. */
export function encodeFrame(header: object, body: Uint8Array = new Uint8Array()): Buffer {
  const json = Buffer.from(JSON.stringify(header), 'utf8')
  if (json.length + body.length > MAX_FRAME_BYTES) {
    throw new ClyraError(
      'BATCH_TOO_LARGE',
      `a message of ${json.length + body.length} bytes is more than a frame may hold`,
      {
        details: { size: json.length + body.length, limit: MAX_FRAME_BYTES },
      },
    )
  }
  const lengths = Buffer.alloc(LENGTHS)
  lengths.writeUInt32BE(json.length, 0)
  lengths.writeUInt32BE(body.length, 4)
  return Buffer.concat([lengths, json, body])
}

/**
 * Takes a stream of bytes apart into frames. It holds at most one frame that is not whole, and reads on only when the
 * frames before were taken: what a peer sends faster than it is answered stays in the peer.
 */
export class FrameReader {
  readonly #maxHeader: number
  #parts: Buffer[] = []
  #have = 0

  constructor({ maxHeaderBytes = MAX_FRAME_BYTES } = {}) {
    this.#maxHeader = maxHeaderBytes
  }

  /** True while a part of a frame has come and the rest has not. */
  get inside(): boolean {
    return this.#have > 0
  }

  /** Throws PEER_REFUSED where the bytes are no frames, or one is larger than the bound. */
  async *read(bytes: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
    let need = LENGTHS
    for await (const chunk of bytes) {
      this.#parts.push(chunk)
      this.#have += chunk.length
      while (this.#have >= need) {
        const held =
          this.#parts.length === 1 && this.#parts[0] !== undefined ? this.#parts[0] : Buffer.concat(this.#parts)
        const [header, body] = [held.readUInt32BE(0), held.readUInt32BE(4)]
        if (header > this.#maxHeader || header + body > MAX_FRAME_BYTES) {
          throw refused(`a frame of ${header} and ${body} bytes is more than one may hold`)
        }
        need = LENGTHS + header + body
        this.#parts = [held]
        if (this.#have < need) break
        const rest = held.subarray(need)
        this.#parts = rest.length === 0 ? [] : [rest]
        this.#have = rest.length
        yield { header: parse(held.subarray(LENGTHS, LENGTHS + header)), body: held.subarray(LENGTHS + header, need) }
        need = LENGTHS
      }
    }
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw refused('the header of a frame is not JSON')
  }
}

/** What a peer sent is no request, or no answer, of this protocol. */
export function refused(problem: string): ClyraError {
  return new ClyraError('PEER_REFUSED', `the other side of the socket does not keep to the protocol: ${problem}`)
}
