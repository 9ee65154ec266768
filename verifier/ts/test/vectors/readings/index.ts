import type { Vector } from '../vector.js'
import { containerReadings } from './container.js'
import { documentReadings } from './documents.js'
import { genesisReadings } from './genesis.js'
import { headsReadings } from './heads.js'
import { headsMapReadings } from './heads-map.js'
import { jsonReadings } from './json.js'
import { keyAndDemandReadings } from './keys-and-demands.js'
import { laterKeyReadings } from './later-keys.js'
import { noteReadings } from './notes.js'
import { openingReadings } from './openings.js'
import { pointReadings } from './points.js'
import { recordReadings } from './records.js'
import { runReadings } from './runs.js'
import { tileReadings } from './tiles.js'
import { voidAndVoiceReadings } from './void-and-voices.js'

/** Vectors that decide between two readings of the text: each fails one that a careful reader might have had. */
export const readingVectors = (): Vector[] => [
  ...containerReadings(),
  ...documentReadings(),
  ...genesisReadings(),
  ...headsReadings(),
  ...headsMapReadings(),
  ...jsonReadings(),
  ...keyAndDemandReadings(),
  ...laterKeyReadings(),
  ...noteReadings(),
  ...openingReadings(),
  ...pointReadings(),
  ...recordReadings(),
  ...runReadings(),
  ...tileReadings(),
  ...voidAndVoiceReadings(),
]
