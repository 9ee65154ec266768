/**
 * Verifies evidence that comes over a pipe, one after another, as `verifier/go/internal/judge` does: a request is a length
 * (u32be) and the options of a vector as JSON, a length and the archive; where the options have tiles, they are the files
 * of a log, and there is no archive. An answer is one line of JSON: the result, or `refused`.
 */
import { VerifyUsageError, verifyBundle, verifyTiles } from '../../verifier/ts/src/index.js'
import { optionsOf } from '../../verifier/ts/test/vectors/options-of.js'
import type { Asked } from './judge-process.js'

const LENGTH = 4
let waiting: Buffer = Buffer.alloc(0)

/** The next part of a request, and what follows it; undefined where more has to come. */
function part(bytes: Buffer): { readonly part: Buffer; readonly rest: Buffer } | undefined {
  if (bytes.length < LENGTH) return undefined
  const end = LENGTH + bytes.readUInt32BE(0)
  return bytes.length < end ? undefined : { part: bytes.subarray(LENGTH, end), rest: bytes.subarray(end) }
}

async function judge(options: Buffer, archive: Uint8Array): Promise<object> {
  try {
    // What the session writes.
    const { tiles, ...asked } = JSON.parse(options.toString('utf8')) as Asked
    if (tiles === undefined) return await verifyBundle(archive, optionsOf(asked))
    const files = new Map(Object.entries(tiles).map(([path, bytes]) => [path, Buffer.from(bytes, 'base64')]))
    return await verifyTiles((path) => files.get(path), { ...optionsOf(asked), list: () => [...files.keys()] })
  } catch (error) {
    if (error instanceof VerifyUsageError) return { refused: error.message }
    throw error
  }
}

for await (const chunk of process.stdin) {
  waiting = Buffer.concat([waiting, chunk])
  for (;;) {
    const options = part(waiting)
    const archive = options && part(options.rest)
    if (options === undefined || archive === undefined) break
    waiting = archive.rest
    process.stdout.write(`${JSON.stringify(await judge(options.part, Uint8Array.from(archive.part)))}\n`)
  }
}
