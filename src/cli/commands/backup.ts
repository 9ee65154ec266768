import * as z from 'zod'
import { ClyraError, commandLine } from '../../errors/index.js'
import { storeOf } from '../../runtime/index.js'
import { ledgerPlace } from '../../runtime/project/index.js'
import { ledgerSpool, listSpools } from '../../spool/index.js'
import { isThere } from '../../system/index.js'
import { defineCommand } from '../command.js'
import { noteCopy } from '../erasure/copies.js'
import { outputPath } from '../output-path.js'

export const backup = defineCommand({
  arguments: [{ name: '<directory>', description: 'where; it must not exist' }],
  flags: [],
  options: z.object({}),
  help: 'The copy holds the private keys and the vault: guard it like the ledger. It is a ledger itself: read it with --ledger <directory>. Where it lies is noted, so that `clyra redact` erases in it too.',
  examples: [
    ['clyra backup ledger-copy', 'copy'],
    ['clyra fsck --ledger ledger-copy', 'check the copy'],
  ],
  json: z.strictObject({
    directory: z.string(),
    records: z.number().int(),
    sealed: z.number().int(),
    files: z.number().int(),
    bytes: z.number().int(),
    waitingSpools: z.number().int(),
  }),
  async run(context, [given = '']) {
    const { output, workbench, environment } = context
    const place = ledgerPlace(context)
    const directory = outputPath(environment.cwd, given)
    if (isThere(directory)) {
      throw new ClyraError(
        'LEDGER_EXISTS',
        `${directory} is there already; a backup is only written to a new directory`,
        {
          details: { directory },
          fix: commandLine`clyra backup ${`${given}-2`}`,
        },
      )
    }
    const store = await storeOf(context, place)
    const waitingSpools = listSpools(ledgerSpool(place.state)).length
    const draft = workbench.begin(directory)
    // Noted first: a copy that is killed while it is written holds keys already.
    noteCopy(place.state, context, { kind: 'backup', path: directory, run: null })
    const progress = output.progress('copying the ledger')
    try {
      const { records, sealed, files, bytes } = await store.backup(place.state, draft.path)
      draft.finish()
      if (waitingSpools > 0)
        output.warn(`${waitingSpools} runs wait in spools and are not in the copy; try: clyra spool flush`)
      output.result(
        { directory, records, sealed, files, bytes, waitingSpools },
        `${directory}: ${records} records, ${files} files, ${bytes} bytes\ncheck with  ${commandLine`clyra fsck --ledger ${given}`}`,
      )
      return 0
    } catch (error) {
      draft.abandon()
      noteCopy(place.state, context, { kind: 'gone', path: directory, run: null })
      throw error
    } finally {
      progress.done()
    }
  },
})
