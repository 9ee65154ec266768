import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { commandLine } from '../../errors/index.js'
import { exportTiles as write } from '../../ledger/index.js'
import { type OpenedReader, withReader } from '../../runtime/index.js'
import { rememberIn } from '../../runtime/project/index.js'
import { FileSealMemory } from '../../stores/embedded/index.js'
import { ensureDirectory, FileTileStore } from '../../stores/index.js'
import { assertOutsideState, nameTaken } from '../../system/index.js'
import { defineCommand } from '../command.js'
import type { Context } from '../context.js'
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
    withReader(context, async (opened) => {
      const { ledger } = opened
      const directory = outputPath(context.environment.cwd, given)
      assertTreePlace(directory)
      await ensureDirectory(directory, 0o755)
      const progress = context.output.progress('writing tiles')
      // The checkpoint is published last: what an interruption leaves is the tree of the checkpoint before.
      const tree = new FileTileStore(directory)
      const { size, tiles, bundles } = await write(ledger, tree).finally(() => progress.done())
      await tree.tidy()
      await rememberTree(context, opened, directory)
      context.output.result(
        { directory, size: size.toString(), tiles, bundles },
        `${directory}: ${size} records in ${bundles} entry bundles and ${tiles} hash tiles\nverify with  ${commandLine`clyra verify ${given} --own`}`,
      )
      return 0
    }),
})

/** A tree is asked what was signed whenever the ledger is opened for writing. That it is not remembered stops nothing. */
async function rememberTree(context: Context, { ledger, place }: OpenedReader, tree: string): Promise<void> {
  const folder = rememberIn(context)
  if (folder === undefined) return
  const onWarning = (message: string) => context.output.warn(message)
  try {
    const memory = new FileSealMemory({ folder, directory: place.state, onWarning })
    await memory.rememberTree(ledger.identity, (await ledger.checkpoint()).note, tree)
  } catch (error) {
    onWarning(`the tree is not remembered: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** What an export leaves in its directory; without a checkpoint where it was interrupted. */
const OF_A_TREE: ReadonlySet<string> = new Set(['tile', 'checkpoint', '.tmp'])

/** A new or empty directory, or one that holds a tree. Throws OUTPUT_EXISTS for one that holds something else. */
function assertTreePlace(directory: string): void {
  assertOutsideState(join(directory, 'tile'))
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return
  const names = readdirSync(directory)
  const tree = names.includes('tile') && names.includes('checkpoint')
  if (!tree && names.some((name) => !OF_A_TREE.has(name))) throw nameTaken(directory)
}
