import * as z from 'zod'
import { ClyraError } from '../../errors/index.js'
import type { EventFilter, LedgerReader, RecordView } from '../../ledger/index.js'
import { withReader } from '../../runtime/index.js'
import { defineCommand } from '../command.js'
import { findRecord } from '../ledger/find-record.js'
import { decimal, documentOf, lineOf, recordDocument } from '../ledger/record-document.js'
import { table } from '../table.js'

const count = z
  .string()
  .regex(/^[1-9][0-9]{0,8}$/, 'must be a whole number above 0')
  .transform(Number)

export const logTail = defineCommand({
  flags: [
    { flags: '-n, --lines <count>', description: 'how many (default 10)' },
    { flags: '-f, --follow', description: 'go on with new records until interrupted' },
    { flags: '--stream <name>', description: 'only this stream' },
    { flags: '--type <type>', description: 'only this type' },
  ],
  options: z.object({
    lines: count.default(10),
    follow: z.boolean().default(false),
    stream: z.string().optional(),
    type: z.string().optional(),
  }),
  examples: [
    ['clyra log tail', 'the last ten records'],
    ['clyra log tail -n 100 --type dev.clyra.finding.raised.v2', 'the newest findings'],
    ['clyra log tail --json | head -1', 'one record for a program'],
  ],
  json: recordDocument,
  streams: true,
  run: (context, _args, options) =>
    withReader(context, async ({ ledger }) => {
      const { stopped } = context.environment
      const print = (record: RecordView) => context.output.item(documentOf(record), () => lineOf(record))
      const filter: EventFilter = {
        ...(options.stream === undefined ? {} : { streams: [options.stream] }),
        ...(options.type === undefined ? {} : { types: [options.type] }),
      }
      const size = await ledger.size()
      for (const record of await newest(ledger, filter, size, options.lines)) print(record)
      if (!options.follow) return 0
      for await (const message of ledger.subscribe({ after: size - 1n, filter, signal: stopped })) {
        if (message.kind === 'record') print(message.record)
      }
      return 0
    }),
})

export const logShow = defineCommand({
  arguments: [{ name: '<position|id>', description: 'its position, or the id of its event' }],
  flags: [{ flags: '--raw', description: 'the stored bytes, which are what is hashed' }],
  options: z.object({ raw: z.boolean().default(false) }),
  examples: [
    ['clyra log show 0', 'the genesis record'],
    ['clyra log show 0 --raw', 'its bytes as they are hashed'],
  ],
  json: recordDocument,
  run: (context, [which = ''], options) =>
    withReader(context, async ({ ledger }) => {
      const record = await findRecord(ledger, which)
      const document = documentOf(record)
      context.output.result(document, () =>
        options.raw
          ? Buffer.from(record.bytes).toString('utf8')
          : `position  ${document.position}\nleaf      ${document.leaf}\n${JSON.stringify(document.event, null, 2)}`,
      )
      return 0
    }),
})

export const logStreams = defineCommand({
  flags: [
    { flags: '-n, --limit <count>', description: 'at most this many (default 1000)' },
    { flags: '--after <name>', description: 'names after this one' },
  ],
  options: z.object({ limit: count.default(1000), after: z.string().optional() }),
  examples: [['clyra log streams', 'all streams']],
  json: z.strictObject({
    streams: z.array(z.strictObject({ stream: z.string(), revision: decimal, position: decimal })),
  }),
  run: (context, _args, options) =>
    withReader(context, async ({ ledger }) => {
      const after = options.after === undefined ? {} : { after: options.after }
      const streams: { stream: string; revision: string; position: string }[] = []
      for await (const { stream, revision, position } of ledger.streams({ ...after, limit: options.limit })) {
        streams.push({ stream, revision: revision.toString(), position: position.toString() })
      }
      context.output.result({ streams }, () =>
        table(
          ['STREAM', 'REVISION', 'POSITION'],
          streams.map((row) => [row.stream, row.revision, row.position]),
        ),
      )
      return 0
    }),
})

async function newest(ledger: LedgerReader, filter: EventFilter, size: bigint, count: number): Promise<RecordView[]> {
  if (size === 0n) throw new ClyraError('LEDGER_NOT_FOUND', 'the ledger has no record', { fix: 'clyra init' })
  const found: RecordView[] = []
  for await (const record of ledger.readAll({ backwards: true, before: size, filter, limit: count })) found.push(record)
  return found.reverse()
}
