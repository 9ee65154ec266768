import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { commandLine } from '../../errors/index.js'
import { isType, runStream } from '../../events/index.js'
import type { LedgerReader } from '../../ledger/index.js'
import { withReader, withWriter } from '../../runtime/index.js'
import { writeDurably } from '../../system/index.js'
import { defineCommand } from '../command.js'
import { noteShown } from '../erasure/copies.js'
import { chooseRun } from '../ledger/choose-run.js'
import { digest } from '../ledger/record-document.js'
import { outputPath } from '../output-path.js'

const DAY_MS = 24 * 60 * 60 * 1000

export const artifactsPrune = defineCommand({
  flags: [
    { flags: '--older-than <days>', description: 'of runs recorded before so many days' },
    { flags: '--yes', description: 'really do it: it cannot be undone' },
  ],
  options: z.object({
    olderThan: z
      .string('must be given: a number of days')
      .regex(/^[0-9]{1,6}$/, 'must be a number of days')
      .transform(Number),
    yes: z.boolean().default(false),
  }),
  help: "Removes copies of dbt's artefacts that only runs older than that have. The records keep their names, sizes and digests, and everything is verified as before; only `bundle --embed` of such a run is no longer possible. Without --yes it says what it would remove.",
  examples: [
    ['clyra artifacts prune --older-than 90', 'what that would remove'],
    ['clyra artifacts prune --older-than 90 --yes', 'and remove it'],
  ],
  json: z.strictObject({
    removed: z.boolean(),
    artifacts: z.number().int(),
    bytes: z.number().int(),
    kept: z.number().int(),
    keptBytes: z.number().int(),
  }),
  run: (context, _args, { olderThan, yes }) =>
    // Under the writer's lock: a run that is appended meanwhile may have what would be removed.
    withWriter(context, async ({ ledger, artifacts }) => {
      const before = new Date(context.environment.now().getTime() - olderThan * DAY_MS).toISOString()
      const keep = await artifactsSince(ledger, before)
      const document = { removed: yes, artifacts: 0, bytes: 0, kept: 0, keptBytes: 0 }
      for await (const { sha256, storedBytes } of artifacts.list()) {
        if (keep.has(sha256)) {
          document.kept++
          document.keptBytes += storedBytes
          continue
        }
        if (yes) await artifacts.remove(sha256)
        document.artifacts++
        document.bytes += storedBytes
      }
      context.output.result(
        document,
        `${document.artifacts} artefacts (${document.bytes} bytes) ${yes ? 'were removed' : 'would be removed'}; ${document.kept} (${document.keptBytes} bytes) stay.`,
      )
      if (!yes && document.artifacts > 0)
        context.output.hint(commandLine`Do it: clyra artifacts prune --older-than ${olderThan} --yes`)
      return 0
    }),
})

export const artifactsExport = defineCommand({
  arguments: [
    { name: '<run>', description: 'the run, as `clyra runs` prints it' },
    { name: '<directory>', description: 'where; it must not exist' },
  ],
  flags: [],
  options: z.object({}),
  help: 'They hold SQL text and messages in clear. Each file is named by its SHA-256: `clyra verify --artifacts <directory>` checks a bundle against them.',
  examples: [
    ['clyra runs', 'the ids'],
    ['clyra artifacts export --help', 'what is written'],
  ],
  json: z.strictObject({
    directory: z.string(),
    artifacts: z.array(
      z.strictObject({ name: z.string(), sha256: digest, size: z.number().int(), present: z.boolean() }),
    ),
  }),
  run: (context, [given = '', where = ''], _options) =>
    withReader(context, async ({ ledger, artifacts, place }) => {
      const run = await chooseRun(ledger, given, { last: false, command: 'clyra artifacts export' })
      const directory = outputPath(context.environment.cwd, where)
      const found = new Map<
        string,
        { readonly name: string; readonly sha256: string; readonly size: number; readonly present: boolean }
      >()
      const draft = context.workbench.begin(directory)
      noteShown(place.state, context, { kind: 'artifacts', path: directory, run })
      try {
        mkdirSync(draft.path, { mode: 0o700 })
        for await (const record of ledger.readStream(runStream(run))) {
          if (!isType(record, 'dev.clyra.artifact.captured.v1') || found.has(record.event.data.sha256)) continue
          const { name, sha256, size } = record.event.data
          const bytes = await artifacts.get(sha256)
          if (bytes !== undefined) writeDurably(join(draft.path, sha256), bytes, 0o600)
          found.set(sha256, { name, sha256, size: Number(size), present: bytes !== undefined })
        }
        draft.finish()
      } catch (error) {
        draft.abandon()
        throw error
      }
      const all = [...found.values()]
      for (const { name, sha256, present } of all)
        if (!present) context.output.warn(`${name} (${sha256}) is not in the artefact store any more`)
      context.output.result(
        { directory, artifacts: all },
        `${directory}: ${all.filter(({ present }) => present).length} of ${all.length} artefacts`,
      )
      return all.every(({ present }) => present) ? 0 : 1
    }),
})

/** The digests of what was captured since then. */
async function artifactsSince(ledger: LedgerReader, instant: string): Promise<ReadonlySet<string>> {
  const since = new Set<string>()
  for await (const record of ledger.readAll({ filter: { types: ['dev.clyra.artifact.captured.v1'] } })) {
    if (isType(record, 'dev.clyra.artifact.captured.v1') && record.event.recordedat >= instant)
      since.add(record.event.data.sha256)
  }
  return since
}
