import type { JsonObject } from '../canonical/index.js'

/** How the data of one version becomes the data of a later one. Pure; the result must meet the later schema. */
export interface Upcaster {
  /** The later type: same name, higher version. */
  readonly to: string
  data(data: JsonObject): JsonObject
}
