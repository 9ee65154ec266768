import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants } from 'node:zlib'

/*
 * How an artefact lies on disk: one Brotli stream (RFC 7932) of its bytes. Manifests are JSON that repeats itself, and a
 * run leaves one each time: packed they take a tenth of the room. Quality 5 is where more effort stops paying.
 */
const QUALITY = 5

/** The largest artefact that a run is read with; what unpacks to more was not put here by this store. */
const LARGEST_ARTIFACT_BYTES = 512 << 20

const compress = promisify(brotliCompress)
const decompress = promisify(brotliDecompress)

export async function packArtifact(bytes: Uint8Array): Promise<Uint8Array> {
  return compress(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  })
}

/** The bytes back; undefined where they are no such stream, or a longer one than `limit` bytes. */
export async function unpackArtifact(
  packed: Uint8Array,
  limit = LARGEST_ARTIFACT_BYTES,
): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await decompress(packed, { maxOutputLength: limit }))
  } catch {
    return undefined
  }
}
