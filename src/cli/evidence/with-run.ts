import { isClyraError } from '../../errors/index.js'
import type { CollectOptions } from '../../evidence/index.js'
import { type OpenedReader, withReader, withWriter } from '../../runtime/index.js'
import type { Context } from '../context.js'

/**
 * Hands on the chosen run while the ledger is open, for something that collects its evidence. First read-only, with the newest
 * sealed heads record if it covers the run and the key that signs; else under a new heads record and its checkpoint, appended by
 * this process or by who holds the ledger: what is appended after it, by whomever, does not matter.
 */
export async function withRun<T>(
  context: Context,
  choose: (opened: OpenedReader) => Promise<string>,
  use: (run: string, opened: OpenedReader, under: CollectOptions) => Promise<T>,
): Promise<T> {
  const chosen = async (opened: OpenedReader, under: CollectOptions = {}) => use(await choose(opened), opened, under)
  try {
    return await withReader(context, chosen)
  } catch (error) {
    if (!wantsHeads(error)) throw error
    return withWriter(context, (opened) =>
      chosen(opened).catch(async (error: unknown) => {
        if (!wantsHeads(error)) throw error
        const { position } = await opened.appender.heads()
        return chosen(opened, { headsPosition: Number(position) })
      }),
    )
  }
}

/** The run, or a key that was introduced meanwhile, came after the newest heads record. */
function wantsHeads(error: unknown): boolean {
  return isClyraError(error, 'READ_ONLY') || isClyraError(error, 'KEY_MISMATCH')
}
