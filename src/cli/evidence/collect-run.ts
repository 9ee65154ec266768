import { isClyraError } from '../../errors/index.js'
import { type CollectedEvidence, collectEvidence } from '../../evidence/index.js'
import { type OpenedReader, withReader, withWriter } from '../../runtime/index.js'
import type { Context } from '../context.js'

/**
 * Collects the evidence of the chosen run and hands it on while the ledger is open. First read-only, with the newest
 * sealed heads record if it covers the run; else with the ledger's lock, a new heads record and its checkpoint.
 */
export async function collectRun<T>(
  context: Context,
  choose: (opened: OpenedReader) => Promise<string>,
  use: (evidence: CollectedEvidence, opened: OpenedReader) => Promise<T>,
): Promise<T> {
  const collect = async (opened: OpenedReader) =>
    use(await collectEvidence(opened.ledger, await choose(opened)), opened)
  try {
    return await withReader(context, collect)
  } catch (error) {
    if (!isClyraError(error, 'READ_ONLY')) throw error
    return withWriter(context, collect)
  }
}
