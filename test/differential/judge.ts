/**
 * Verifies bundles that come over a pipe, one after another, as `verifier/go/internal/judge` does: a request is a length
 * (u32be) and the options of a vector as JSON, a length and the archive; an answer is one line of JSON.
 */
import { VerifyUsageError, verifyBundle } from '../../verifier/ts/src/index.js'
import { optionsOf } from '../../verifier/ts/test/vectors/options-of.js'

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
    const { verdict, code } = await verifyBundle(archive, optionsOf(JSON.parse(options.toString('utf8'))))
    return { verdict, code }
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
