import { CLYRA, CLYRA_BYTES, CLYRA_IN_FLIGHT, CLYRA_RANDOM, CLYRA_WORKERS, clyra } from './clyra.mjs'
import { hypercore } from './hypercore.mjs'
import { lmdb } from './lmdb.mjs'
import { postgres } from './postgres.mjs'
import { raw } from './raw.mjs'
import { sqlite } from './sqlite.mjs'
import { tessera } from './tessera.mjs'

/**
 * Everybody who appends, by batch size. Those who take bytes are measured with bytes too, so that there is a ratio
 * between likes; what bytes in is worth is seen best in large batches.
 */
export function contestantsFor(batch) {
  const small = [clyra(CLYRA), raw(), lmdb(), sqlite(), hypercore(), postgres()]
  if (batch < 1_000) return small
  return [
    clyra(CLYRA),
    clyra(CLYRA_WORKERS),
    clyra(CLYRA_BYTES),
    clyra(CLYRA_IN_FLIGHT),
    clyra(CLYRA_RANDOM),
    raw(),
    lmdb(),
    lmdb({ input: 'bytes' }),
    sqlite(),
    sqlite({ input: 'bytes' }),
    hypercore(),
    postgres(),
    tessera(),
  ]
}
