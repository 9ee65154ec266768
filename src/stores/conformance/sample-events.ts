import type { EventInput } from '../../events/index.js'
import { SeededRandom } from './seeded-random.js'

/** An id of its own for each number: the same number is the same id. */
export function sampleId(number: number): string {
  return new SeededRandom(number * 2 + 1).uuid()
}

/** An opaque event with fixed id and time; the same number always gives the same event. */
export function sampleEvent(
  number: number,
  data: Readonly<Record<string, string>> = {},
): EventInput & { readonly id: string } {
  return {
    id: sampleId(number),
    source: '/conformance',
    type: `org.example.sample.t${number % 3}.v1`,
    time: '2024-02-29T12:00:00.5Z',
    data: { number: String(number), ...data },
  }
}

export function sampleEvents(first: number, count: number): (EventInput & { readonly id: string })[] {
  return Array.from({ length: count }, (_, i) => sampleEvent(first + i))
}
