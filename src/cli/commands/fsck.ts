import * as z from 'zod'
import { storeOf } from '../../runtime/index.js'
import { ledgerPlace } from '../../runtime/project/index.js'
import { projectionsFault } from '../../runtime/views/index.js'
import { defineCommand } from '../command.js'
import { decimal } from '../ledger/record-document.js'
import { facts } from '../table.js'

const count = z.number().int().min(0)
const COUNTED = [
  'records',
  'bytes',
  'segments',
  'frames',
  'streams',
  'heads',
  'tiles',
  'bundles',
  'checkpoints',
  'indexed',
] as const

export const fsck = defineCommand({
  flags: [{ flags: '--all', description: 'go on after the first finding' }],
  options: z.object({ all: z.boolean().default(false) }),
  help: 'Frames, chain, ids, tree, tiles, checkpoints, heads and index. Names the first bad position. Writes nothing, and runs beside a writer.',
  examples: [
    ['clyra fsck', 'stop at the first finding'],
    ['clyra fsck --all', 'name every one'],
  ],
  json: z.strictObject({
    ok: z.boolean(),
    findings: z.array(
      z.strictObject({
        code: z.string(),
        position: decimal.nullable(),
        where: z.string(),
        message: z.string(),
      }),
    ),
    notes: z.array(z.string()),
    counts: z.strictObject({
      records: count,
      bytes: count,
      segments: count,
      frames: count,
      streams: count,
      heads: count,
      tiles: count,
      bundles: count,
      checkpoints: count,
      indexed: count,
    }),
  }),
  async run(context, _args, { all }) {
    const { output } = context
    const place = ledgerPlace(context)
    const { state } = place
    const store = await storeOf(context, place)
    const progress = output.progress('reading every byte')
    const result = await store.fsck({ directory: state, all }).finally(() => progress.done())
    const findings = result.findings.map((finding) => ({ ...finding, position: finding.position?.toString() ?? null }))
    const kept = projectionsFault(place)
    const notes = kept === undefined ? result.notes : [...result.notes, kept]
    output.result({ ...result, findings, notes }, () =>
      [
        ...findings.map(
          ({ code, position, where, message }) =>
            `${output.bad(code)}  ${position === null ? '' : `position ${position}, `}${where}: ${message}`,
        ),
        ...notes.map((note) => `note  ${note}`),
        result.ok ? output.good(`ok: ${state}`) : output.bad(`${findings.length} findings: ${state}`),
        facts(COUNTED.map((name) => [name, String(result.counts[name])])),
      ].join('\n'),
    )
    return result.ok ? 0 : 1
  },
})
