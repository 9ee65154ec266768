import * as z from 'zod'
import { drainWaiting, withWriter } from '../../runtime/index.js'
import { defineCommand } from '../command.js'
import { table } from '../table.js'

export const spoolFlush = defineCommand({
  flags: [],
  options: z.object({}),
  help: 'Every command that writes does this too. With --ledger the spools of runs that found no ledger are appended to that ledger, wherever they were started.',
  examples: [['clyra spool flush', 'append what a busy or missing ledger left waiting']],
  json: z.strictObject({
    runs: z.array(
      z.strictObject({
        run: z.string(),
        appended: z.number().int(),
        known: z.number().int(),
        skippedErased: z.number().int(),
      }),
    ),
    waiting: z.array(z.strictObject({ directory: z.string(), code: z.string(), reason: z.string() })),
  }),
  run: (context) =>
    withWriter(
      context,
      async (opened) => {
        const { runs, waiting } = await drainWaiting(context, opened, { everySpool: context.named !== undefined })
        context.output.result(
          { runs: runs.map((one) => ({ ...one })), waiting: waiting.map((one) => ({ ...one })) },
          () => {
            if (runs.length === 0 && waiting.length === 0) return 'Nothing waits.'
            const done = runs.map((one) => [
              one.run,
              String(one.appended),
              String(one.known),
              String(one.skippedErased),
              '',
            ])
            const left = waiting.map((one) => [one.directory, '-', '-', '-', `${one.reason} (${one.code})`])
            return table(['RUN', 'APPENDED', 'KNOWN', 'ERASED', 'WAITS BECAUSE'], [...done, ...left])
          },
        )
        return waiting.length === 0 ? 0 : 3
      },
      { drain: 'never' },
    ),
})
