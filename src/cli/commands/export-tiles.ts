import * as z from 'zod'
import { exportTiles as write } from '../../ledger/index.js'
import { ensureDirectory, FileTileStore } from '../../stores/index.js'
import { defineCommand } from '../command.js'
import { withReader } from '../ledger/open-ledger.js'
import { decimal } from '../ledger/record-document.js'
import { outputPath } from '../output-path.js'

export const exportTiles = defineCommand({
  arguments: [{ name: '<directory>', description: 'where; a tree that is there is brought up to date' }],
  flags: [],
  options: z.object({}),
  help: 'Hash tiles, entry bundles and, last, the signed checkpoint: every record, and nothing that is sealed. Any transparency-log tool reads it; `clyra verify <directory>` checks all of it.',
  examples: [
    ['clyra export tiles public-log', 'write it'],
    ['clyra verify public-log --own', 'check it'],
  ],
  json: z.strictObject({
    directory: z.string(),
    size: decimal,
    tiles: z.number().int(),
    bundles: z.number().int(),
  }),
  run: (context, [given = '']) =>
    withReader(context, async ({ ledger }) => {
      const directory = outputPath(context.environment.cwd, given)
      await ensureDirectory(directory, 0o755)
      const progress = context.output.progress('writing tiles')
      // The checkpoint is published last: what an interruption leaves is the tree of the checkpoint before.
      const tree = new FileTileStore(directory)
      const { size, tiles, bundles } = await write(ledger, tree).finally(() => progress.done())
      await tree.tidy()
      context.output.result(
        { directory, size: size.toString(), tiles, bundles },
        `${directory}: ${size} records in ${bundles} entry bundles and ${tiles} hash tiles\nverify with  clyra verify ${given} --own`,
      )
      return 0
    }),
})
