import { CLYRA, clyra } from '../contestants/clyra.mjs'
import { lmdb } from '../contestants/lmdb.mjs'
import { raw } from '../contestants/raw.mjs'
import { sqlite } from '../contestants/sqlite.mjs'
import { product } from '../product.mjs'

/** The contestants that leave out the flush, by what the child that is watched is told. */
export function mutatedContestant(key, mutation) {
  if (mutation !== 'skip the flush') return undefined
  const withoutFlush = { ...product, open: (options) => product.open({ ...options, flush: async () => undefined }) }
  const makers = {
    clyra: () => clyra({ ...CLYRA, product: withoutFlush }),
    raw: () => raw({ flush: () => undefined }),
    lmdb: () => lmdb({ noSync: true }),
    sqlite: () => sqlite({ synchronous: 'OFF' }),
  }
  return makers[key]?.()
}
