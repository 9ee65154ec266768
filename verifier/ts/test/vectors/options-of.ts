import type { KeyRecords, VectorOptions } from './vector.js'

/** The options of a vector as the verifier takes them. */
export function optionsOf({ artifacts, checkpoints, keys, minSize, now, ...rest }: VectorOptions) {
  return {
    ...rest,
    ...(checkpoints && { checkpoints: checkpoints.map(bytes) }),
    ...(keys && { keys: keys.map((source) => (typeof source === 'string' ? bytes(source) : historyOf(source))) }),
    ...(minSize !== undefined && { minSize: BigInt(minSize) }),
    ...(now !== undefined && { now: new Date(now) }),
    ...(artifacts && {
      artifacts: (sha256: string) => (artifacts[sha256] === undefined ? undefined : bytes(artifacts[sha256])),
    }),
  }
}

const bytes = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

const historyOf = ({ size, records }: KeyRecords) => ({
  size: BigInt(size),
  records: records.map((record) => ({ position: Number(record.position), bytes: bytes(record.bytes) })),
})
