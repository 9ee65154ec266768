import { isClyraError } from '../../errors/index.js'
import { compareProjections } from '../../projector/index.js'
import type { OpenedReader } from '../../runtime/index.js'
import { PROJECTIONS, withProjections } from '../../runtime/views/index.js'
import type { Context } from '../context.js'
import { type Comparison, NOTHING_STORED } from './comparison.js'

/** Folds the log again up to where the stored states stand, and compares them. */
export function compareStored(context: Context, opened: OpenedReader): Promise<Comparison> {
  return withProjections(context, opened, async (store) => {
    if (store === undefined) return NOTHING_STORED
    try {
      const compared = await compareProjections(opened.ledger, PROJECTIONS, store)
      if (compared.every(({ partitions }) => partitions === 0)) return NOTHING_STORED
      return { result: 'equal', comparedWith: 'stored', difference: null, notCompared: [] }
    } catch (error) {
      if (!isClyraError(error, 'PROJECTION_DIVERGED')) throw error
      return { result: 'different', comparedWith: 'stored', difference: error.message, notCompared: [] }
    }
  })
}
