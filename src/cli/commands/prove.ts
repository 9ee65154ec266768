import { resolve } from 'node:path'
import * as z from 'zod'
import { base64, hex } from '../../canonical/index.js'
import { ClyraError } from '../../errors/index.js'
import type { LedgerReader } from '../../ledger/index.js'
import { withReader } from '../../runtime/index.js'
import { defineCommand } from '../command.js'
import type { Context } from '../context.js'
import { consistency, consistencyDocument } from '../ledger/consistency-document.js'
import { parsePosition, positionOf } from '../ledger/find-record.js'
import { decimal, digest } from '../ledger/record-document.js'
import { outputPath } from '../output-path.js'

const inclusion = z.strictObject({
  kind: z.literal('inclusion'),
  position: decimal,
  leaf: digest,
  size: decimal,
  root: digest,
  hashes: z.array(digest),
  checkpoint: z.string(),
  tlogProof: z.string(),
})
const head = z.strictObject({
  kind: z.literal('head'),
  stream: z.string(),
  headsPosition: decimal,
  headsRoot: digest,
  head: z.strictObject({ revision: decimal, leaf: digest }).nullable(),
  siblings: z.array(digest),
  other: z.strictObject({ key: digest, value: digest }).nullable(),
})
export const prove = defineCommand({
  arguments: [{ name: '[position|id]', description: 'the record to prove' }],
  flags: [
    { flags: '--stream <name>', description: "prove a stream's newest revision, or that there is no such stream" },
    {
      flags: '--consistency <old>',
      description: 'prove that the log of an old size, or of a checkpoint file, is a beginning of this one',
    },
    { flags: '--size <size>', description: 'in the kept checkpoint of this size (default: the newest)' },
    { flags: '-o, --output <file>', description: 'write to a file' },
    { flags: '--force', description: 'replace the file if it is there' },
  ],
  options: z.object({
    stream: z.string().optional(),
    consistency: z.string().optional(),
    size: z.string().optional(),
    output: z.string().min(1).optional(),
    force: z.boolean().default(false),
  }),
  help: 'For a record the result is a C2SP tlog-proof: text that any transparency-log tool checks against the signed checkpoint in it. For --consistency it is the body that a C2SP tlog-witness takes: the old size, the hashes, the newer checkpoint.',
  examples: [
    ['clyra prove 0', 'that the genesis record is in the log'],
    ['clyra prove --stream ledger-keys', 'how far the stream of keys goes'],
    ['clyra prove --consistency 1', 'that the log of size 1 was never rewritten'],
    ['clyra prove --consistency .clyra/tiles/checkpoint', 'that the log has only grown since that checkpoint'],
  ],
  json: z.discriminatedUnion('kind', [inclusion, head, consistency]),
  run: (context, [which], options) =>
    withReader(context, async ({ ledger }) => {
      const asked = [which, options.stream, options.consistency].filter((value) => value !== undefined)
      if (asked.length !== 1) {
        throw new ClyraError('USAGE', 'prove takes one of: a position or event id, --stream, --consistency', {
          fix: 'clyra prove --help',
        })
      }
      const size = options.size === undefined ? undefined : parsePosition(options.size, '--size')
      if (which !== undefined) {
        const document = await inclusionDocument(ledger, which, size)
        print(context, options, document, document.tlogProof)
      } else if (options.stream !== undefined) {
        const document = await headDocument(ledger, options.stream)
        print(context, options, document, headText(document))
      } else {
        const pathOf = (name: string) => resolve(context.environment.cwd, name)
        const document = await consistencyDocument(ledger, options.consistency ?? '', size, pathOf)
        print(context, options, document, document.addCheckpoint)
      }
      return 0
    }),
})

async function inclusionDocument(ledger: LedgerReader, which: string, size: bigint | undefined) {
  const position = await positionOf(ledger, which)
  const proof = await ledger.prove(position, size === undefined ? {} : { size })
  const checkpoint = Buffer.from(proof.checkpoint).toString('utf8')
  const lines = ['c2sp.org/tlog-proof@v1', `index ${proof.position}`, ...proof.hashes.map((hash) => base64(hash))]
  return {
    kind: 'inclusion' as const,
    position: proof.position.toString(),
    leaf: hex(proof.leaf),
    size: proof.size.toString(),
    root: hex(proof.root),
    hashes: proof.hashes.map(hex),
    checkpoint,
    tlogProof: `${lines.join('\n')}\n\n${checkpoint}`,
  }
}

async function headDocument(ledger: LedgerReader, stream: string): Promise<z.infer<typeof head>> {
  const path = await ledger.proveHead(stream)
  const { siblings, other } = path.proof
  return {
    kind: 'head',
    stream,
    headsPosition: path.position.toString(),
    headsRoot: hex(path.root),
    head: path.head === null ? null : { revision: path.head.revision.toString(), leaf: hex(path.head.leaf) },
    siblings: siblings.map(hex),
    other: other === null ? null : { key: hex(other.keyHash), value: hex(other.valueHash) },
  }
}

function headText(document: z.infer<typeof head>): string {
  const claim =
    document.head === null
      ? `no stream ${document.stream}`
      : `${document.stream} ends at revision ${document.head.revision}, leaf ${document.head.leaf}`
  return `${claim}\nheads record at ${document.headsPosition}, root ${document.headsRoot}\n${document.siblings.map((hash) => `sibling ${hash}\n`).join('')}${document.other === null ? '' : `other key ${document.other.key} value ${document.other.value}\n`}`
}

function print(
  context: Context,
  { output: file, force }: { readonly output?: string | undefined; readonly force: boolean },
  document: object,
  text: string,
): void {
  if (file === undefined) {
    context.output.result(document, text)
    return
  }
  context.workbench.writeFile(outputPath(context.environment.cwd, file), text, { replace: force })
  context.output.result(document, `wrote ${file}`)
}
