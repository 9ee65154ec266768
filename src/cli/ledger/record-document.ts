import * as z from 'zod'
import { hex } from '../../canonical/index.js'
import type { RecordView } from '../../ledger/index.js'

export const decimal = z.string().regex(/^(0|[1-9][0-9]*)$/)
export const digest = z.string().regex(/^[0-9a-f]{64}$/)

/** A record as `--json` shows it: its place and its event, as it lies in the log. */
export const recordDocument = z.strictObject({
  position: decimal,
  leaf: digest,
  event: z.looseObject({
    id: z.string(),
    type: z.string(),
    stream: z.string(),
    revision: decimal,
    data: z.looseObject({}),
  }),
})

export function documentOf(record: RecordView) {
  const stored: unknown = JSON.parse(Buffer.from(record.bytes).toString('utf8'))
  // A stored record was admitted as a JSON object with these members.
  const event = stored as z.infer<typeof recordDocument>['event']
  return { position: record.position.toString(), leaf: hex(record.leaf), event }
}

/** One line for people: position, when, stream, what. */
export function lineOf(record: RecordView): string {
  const { event } = record
  const type = event.type.replace(/^dev\.clyra\./, '')
  return `${record.position.toString().padStart(6)}  ${event.recordedat}  ${record.stream}@${record.revision}  ${type}${gist(event.data)}`
}

/** The names that say most about an event; never a sealed value. */
const TELLING = [
  'node',
  'name',
  'path',
  'reason',
  'code',
  'status',
  'outcome',
  'verb',
  'exitCode',
  'signal',
  'size',
  'id',
]

function gist(data: unknown): string {
  const members = new Map(typeof data === 'object' && data !== null ? Object.entries(data) : [])
  const said = TELLING.flatMap((name) => {
    const value: unknown = members.get(name)
    return typeof value === 'string' || typeof value === 'number' ? [`${name}=${String(value).slice(0, 60)}`] : []
  })
  return said.length === 0 ? '' : `  ${said.slice(0, 3).join(' ')}`
}
