import type { EmbeddedLedger } from '../../src/stores/index.js'
import { type Mutation, mutate } from './mutations.js'

/** The product, or a mutant of it. */
export type Stores = typeof import('../../src/stores/index.js')

/** Runs a suite's body with a product that is changed so; the body is expected to reject. */
export async function withMutant(mutation: Mutation, body: (stores: Stores) => Promise<unknown>): Promise<void> {
  await mutate(mutation, async (path) => {
    // The mutant's text differs from the product's, its types do not.
    await body((await import(/* @vite-ignore */ path)) as Stores)
  })
}

/** A few events of one kind, with ids of their own making where `ids` gives them. */
export const events = (count: number, ids?: readonly string[]) =>
  Array.from({ length: count }, (_, n) => ({
    ...(ids === undefined ? {} : { id: ids[n]!, time: '2026-01-01T00:00:00Z' }),
    type: 'com.example.fault.v1',
    source: '/faults',
    data: { n },
  }))

/** `recordedat` of every record, in order. */
export async function recordedAt(ledger: EmbeddedLedger): Promise<string[]> {
  const found: string[] = []
  for await (const { event } of ledger.readAll()) found.push(event.recordedat)
  return found
}
