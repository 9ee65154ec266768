import type { Projection } from '../../src/events/index.js'

export const lanes: Projection<{ count: number; last: string[] }>
