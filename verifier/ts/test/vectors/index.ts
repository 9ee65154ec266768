import { algorithmVectors } from './algorithms.js'
import { containerVectors } from './container.js'
import { endVectors } from './ends.js'
import { envelopeVectors } from './envelopes.js'
import { evidenceVectors } from './evidence.js'
import { jsonVectors } from './json.js'
import { keyRecordVectors } from './key-records.js'
import { laterVectors } from './later.js'
import { limitVectors } from './limits.js'
import { linkVectors } from './links.js'
import { logVectors } from './log.js'
import { manifestVectors } from './manifest.js'
import { profileVectors } from './profiles.js'
import { readingVectors } from './readings/index.js'
import { runVectors } from './run.js'
import { validVectors } from './valid.js'
import type { Vector } from './vector.js'
import { wholeVectors } from './whole.js'

/** All golden vectors, sorted by group and name. The same bytes whenever it is called. */
export function vectors(): Vector[] {
  const all = [
    ...validVectors(),
    ...algorithmVectors(),
    ...containerVectors(),
    ...jsonVectors(),
    ...logVectors(),
    ...limitVectors(),
    ...linkVectors(),
    ...endVectors(),
    ...envelopeVectors(),
    ...wholeVectors(),
    ...manifestVectors(),
    ...profileVectors(),
    ...laterVectors(),
    ...keyRecordVectors(),
    ...evidenceVectors(),
    ...runVectors(),
    ...readingVectors(),
  ]
  const key = ({ group, name }: Vector) => `${group}/${name}`
  return all.sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

export type { KeyRecords, Vector, VectorOptions } from './vector.js'
