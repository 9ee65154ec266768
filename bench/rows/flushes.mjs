import { checkFlushes } from '../checks/flushes.mjs'
import { contestantsFor } from '../contestants/index.mjs'

const WATCHED = ['clyra', 'raw', 'lmdb', 'sqlite', 'hypercore']

/** Who flushes what it acknowledged, one after another under strace. */
export async function watchFlushes(context) {
  const chosen = contestantsFor(1_000).filter(({ key }) => WATCHED.includes(key))
  return checkFlushes(chosen, context)
}
