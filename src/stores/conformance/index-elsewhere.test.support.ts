import type { LedgerIndex, LocalIndex } from '../../ports/index.js'
import { SeededRandom } from './seeded-random.js'

/** An index that answers like one in a database: by promises, each after a while, and visible only when `apply` resolves. */
export function elsewhere(index: LocalIndex): LedgerIndex {
  const random = new SeededRandom(5)
  const later = async <T>(ask: () => T | Promise<T>): Promise<T> => {
    await random.pause()
    const answer = await ask()
    await random.pause()
    return answer
  }
  return {
    through: () => later(() => index.through()),
    last: () => later(() => index.last()),
    positionsOf: (ids) => later(() => index.positionsOf(ids)),
    head: (stream) => later(() => index.head(stream)),
    positionsIn: (stream, from, limit) => later(() => index.positionsIn(stream, from, limit)),
    streams: (after, limit) => later(() => index.streams(after, limit)),
    apply: (records) => later(() => index.apply(records.filter(({ position }) => position >= index.through()))),
    flush: () => later(() => index.flush()),
    reset: () => later(() => index.reset()),
    headsRoot: () => later(() => index.headsRoot()),
    headsMap: () =>
      later(() => {
        const map = index.headsMap()
        return map && { ...map, prove: (stream) => later(() => map.prove(stream)) }
      }),
    close: () => later(() => index.close()),
  }
}
