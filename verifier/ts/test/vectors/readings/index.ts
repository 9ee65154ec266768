import type { Vector } from '../vector.js'
import { containerReadings } from './container.js'
import { noteReadings } from './notes.js'
import { pointReadings } from './points.js'
import { tileReadings } from './tiles.js'

/** Vectors that decide between two readings of the text: each fails one that a careful reader might have had. */
export const readingVectors = (): Vector[] => [
  ...containerReadings(),
  ...noteReadings(),
  ...pointReadings(),
  ...tileReadings(),
]
