import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ID } from './grammar/index.js'
import { IdMember } from './id-member.js'

const SAMPLES = ['01890a5d-ac96-774b-bcce-b302099a8057', '5c0e6c1e-34a4-8f3b-9c07-0a1b2c3d4e5f']
/** What may stand in some place of an id, its neighbours, and code units that end in the same byte as one that may. */
const UNITS = [...'0123456789abcdef-/:`gAFG \u0000\u0130\u0161\u2d2d\ud800']

describe('the id member of an event', () => {
  it('takes exactly what the grammar of ids takes, and holds it', () => {
    const damaged = fc
      .tuple(
        fc.constantFrom(...SAMPLES),
        fc.array(fc.tuple(fc.nat(36), fc.constantFrom(...UNITS)), { maxLength: 2 }),
        fc.integer({ min: -1, max: 1 }),
      )
      .map(([id, changes, longer]) => {
        const units = [...id]
        for (const [place, unit] of changes) if (place < units.length) units[place] = unit
        return longer < 0 ? units.slice(1).join('') : units.join('') + '0'.repeat(longer)
      })
    const member = new IdMember()
    fc.assert(
      fc.property(damaged, (id) => {
        expect(member.set(id)).toBe(ID.test(id))
        expect(member.text).toBe(id)
        const held = member.member
        expect(held && Buffer.from(held.view.buffer, 0, held.length).toString()).toBe(
          ID.test(id) ? `"id":"${id}",` : undefined,
        )
      }),
      { numRuns: 2000 },
    )
  })

  it('judges every place by every code unit as the grammar does', () => {
    const member = new IdMember()
    for (const sample of SAMPLES) {
      for (let place = 0; place < sample.length; place++) {
        for (let code = 0; code < 0x3000; code++) {
          const id = sample.slice(0, place) + String.fromCharCode(code) + sample.slice(place + 1)
          if (member.set(id) !== ID.test(id)) expect.unreachable(`${JSON.stringify(id)}, place ${place}`)
        }
      }
    }
  })
})
