import { median } from '../statistics.mjs'

/** Figures out of a result, for the page, the targets, the plots and the README alike: there is one way to each. */

export const ofBatch = (result, batch) => result.append?.find((one) => one.batch === batch)

/** One contestant of a batch size; undefined where it was not run. */
export const contestant = (result, batch, key) => ofBatch(result, batch)?.contestants.find((one) => one.key === key)

/** How many times as fast as a peer, round by round, by the clocks that stop last. */
export function ratios(one, peer) {
  return one === undefined || peer === undefined ? undefined : one.settled.map((value, i) => value / peer.settled[i])
}

/** The median of such a ratio; undefined where one of the two was not run. */
export function medianRatio(result, batch, key, peerKey) {
  const rounds = ratios(contestant(result, batch, key), contestant(result, batch, peerKey))
  return rounds === undefined ? undefined : median(rounds)
}

export const megabytes = (bytes) => bytes / 1e6

/** The peak of the memory while appending and while replaying, in MB. */
export function peakMemory({ large }) {
  const peaks = [large?.appending?.memory, large?.replaying?.memory]
  return peaks.includes(undefined) ? undefined : megabytes(Math.max(...peaks.map(({ peak }) => peak)))
}

export const diskShare = ({ large }) =>
  large?.disk === undefined ? undefined : (large.disk.log + large.disk.hashes) / large.disk.canonical
export const indexBytes = ({ large }) => (large?.disk === undefined ? undefined : large.disk.index / large.disk.records)
