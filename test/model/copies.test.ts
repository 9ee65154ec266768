import { describe, expect, it } from 'vitest'
import { requireService } from '../services/index.js'
import { explore, exploreMutation } from './spin.js'

interface Mutation {
  /** The macro without `MUTATE_`. */
  readonly name: string
  readonly says: string
  readonly breaks: 'noSecondRootUntold' | 'givenUpIsNotSignedAgain' | 'noFalseAlarm'
}

const MUTATIONS: readonly Mutation[] = [
  { name: 'MARK_NOT_LOOKED_AT', says: 'a copy is not known by its mark', breaks: 'noSecondRootUntold' },
  {
    name: 'PLACE_NOT_COMPARED',
    says: 'nobody looks whether the ledger still is where it was remembered',
    breaks: 'noSecondRootUntold',
  },
  {
    name: 'ROOT_NOT_COMPARED',
    says: 'the log is not held against the remembered root',
    breaks: 'givenUpIsNotSignedAgain',
  },
  {
    name: 'LOST_POSITIONS_USED_AGAIN',
    says: 'a ledger that is told to go on gives lost positions out again',
    breaks: 'givenUpIsNotSignedAgain',
  },
  { name: 'EVERY_NEW_PLACE_REFUSED', says: 'a ledger that was moved is refused', breaks: 'noFalseAlarm' },
]

const model = 'copies.pml'

describe.runIf(requireService('spin'))('the model of ledgers that are set back, copied or moved', () => {
  it('holds every invariant in every state', { timeout: 300_000 }, async () => {
    const found = await explore({ model, defines: [] })
    expect(found).toMatchObject({ errors: 0, violated: undefined, complete: true })
    // Fewer states mean that something cannot happen any more.
    expect(found.states).toBeGreaterThan(200_000)
  })

  for (const { name, says, breaks } of MUTATIONS) {
    it(`breaks ${breaks}, and nothing else, where ${says}`, { timeout: 300_000 }, async () => {
      const defines = [`MUTATE_${name}`, `BROKEN_HOLDS='(HOLDS_${breaks})'`]
      const found = await exploreMutation({ model, defines, short: true })
      expect(found.breaks).toMatchObject({ errors: 1, violated: breaks })
      expect(found.beside).toMatchObject({ errors: 0, complete: true })
    })
  }
})
