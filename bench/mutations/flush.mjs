import { CLYRA, clyra } from '../contestants/clyra.mjs'
import { lmdb } from '../contestants/lmdb.mjs'
import { raw } from '../contestants/raw.mjs'
import { sqlite } from '../contestants/sqlite.mjs'
import { skipsTheFlush } from './ledgers.mjs'

/** The contestant that leaves out the flush, where the process that is watched is told so; undefined elsewhere. */
export function mutatedContestant(key, mutation) {
  if (mutation !== 'skip the flush') return undefined
  const makers = {
    clyra: () => clyra({ ...CLYRA, product: skipsTheFlush }),
    raw: () => raw({ flush: () => undefined }),
    lmdb: () => lmdb({ noSync: true }),
    sqlite: () => sqlite({ synchronous: 'OFF' }),
  }
  return makers[key]?.()
}
