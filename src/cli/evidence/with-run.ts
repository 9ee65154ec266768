import { isClyraError } from '../../errors/index.js'
import { type OpenedReader, withReader, withWriter } from '../../runtime/index.js'
import type { Context } from '../context.js'

/**
 * Hands on the chosen run while the ledger is open, for something that collects its evidence. First read-only, with the newest
 * sealed heads record if it covers the run; else with the ledger's lock, a new heads record and its checkpoint.
 */
export async function withRun<T>(
  context: Context,
  choose: (opened: OpenedReader) => Promise<string>,
  use: (run: string, opened: OpenedReader) => Promise<T>,
): Promise<T> {
  const chosen = async (opened: OpenedReader) => use(await choose(opened), opened)
  try {
    return await withReader(context, chosen)
  } catch (error) {
    if (!isClyraError(error, 'READ_ONLY')) throw error
    return withWriter(context, chosen)
  }
}
