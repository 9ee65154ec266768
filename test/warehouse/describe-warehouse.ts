import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DraftEvent, FAMILIES } from '../../src/events/index.js'
import type { ClaimedRelation, GivenTarget, ProfileFields, Warehouse, WarehouseKind } from '../../src/ports/index.js'

/** A target of a dbt profile. */
export type Target = Readonly<Record<string, string>>

interface WarehouseFixture {
  readonly kind: WarehouseKind
  /** A warehouse that answers; one at whose address nothing does; one that is connected to and says nothing. */
  readonly target: Target
  readonly unreachable: Target
  readonly silent: Target
  /** Another warehouse of the same kind. */
  readonly another: Target
  /** A field without which there is no address. */
  readonly needed: string
  /** What must be told nowhere; all targets hold it. */
  readonly secret: string
  readonly schema: string
  readonly there: ClaimedRelation
  readonly absent: ClaimedRelation
  /** How often anything was connected to. */
  connections(): number
  /** All that asking could change. */
  state(): Promise<unknown>
  close(): Promise<void>
}

const RUN = '01900000-0000-7000-8000-00000000000a'
/** For a warehouse that answers, and for one that will not. */
const LIMIT_MS = 10_000
const SHORT_MS = 700
/** What a machine that is busy with other tests may add. */
const SLACK_MS = 4000
/** As long as a reading of doctor may take at most. */
const DOCTOR_MS = 5000
const never = new Promise<never>(() => undefined)

/** The law of `src/ports/warehouse.ts`, a case for each of its sentences. */
export function describeWarehouse(name: string, open: () => Promise<WarehouseFixture>): void {
  describe(`the warehouse ${name}`, () => {
    let fixture: WarehouseFixture
    beforeAll(async () => {
      fixture = await open()
    })
    afterAll(() => fixture?.close())

    const fieldsOf =
      (target: Target): ProfileFields =>
      (...names) => ({ ok: true, value: names.map((one) => target[one]).find((value) => value !== undefined) })
    const given = (fields: ProfileFields): GivenTarget => ({
      fields,
      address: undefined,
      variables: {},
      home: '/',
      now: () => new Date(),
    })
    const warehouseAt = (target: Target): Warehouse => {
      const found = fixture.kind.target(given(fieldsOf(target)))
      if (!found.ok) throw new Error(found.says)
      return found.warehouse
    }
    const asked = (limitMs = LIMIT_MS) => ({ run: RUN, schemas: [fixture.schema], limitMs })
    const askBefore = async (target: Target, isLate = async (_: Date) => false, limitMs?: number) =>
      (await warehouseAt(target).before({ ...asked(limitMs), isLate })).drafts
    const askAfter = async (
      target: Target,
      held: readonly DraftEvent[] = [],
      built: Promise<readonly ClaimedRelation[]> = Promise.resolve([]),
      limitMs?: number,
    ) =>
      (await warehouseAt(target).after({ ...asked(limitMs), built, before: Promise.resolve(held), commitsMs: 1000 }))
        .drafts
    const within = async <T>(limitMs: number, step: () => Promise<T>): Promise<T> => {
      const start = performance.now()
      const value = await step()
      expect(performance.now() - start).toBeLessThan(limitMs + SLACK_MS)
      return value
    }

    describe('is found by what a profile says', () => {
      it('without a connection', () => {
        const connections = fixture.connections()
        const found = fixture.kind.target(given(fieldsOf(fixture.target)))
        expect(found).toMatchObject({ ok: true, schema: fixture.schema })
        expect(fixture.connections()).toBe(connections)
      })

      it('or says in a word what it lacks', () => {
        const { [fixture.needed]: _, ...rest } = fixture.target
        const label = expect.stringMatching(/^[a-z][a-z-]{1,39}$/)
        expect(fixture.kind.target(given(fieldsOf(rest)))).toMatchObject({ ok: false, reason: label })
        expect(fixture.kind.target({ ...given(fieldsOf({})), fields: undefined })).toMatchObject({
          ok: false,
          reason: label,
        })
        const unset = { ok: false, reason: 'variable-missing', says: 'a variable is not set' } as const
        expect(fixture.kind.target(given(() => unset))).toEqual(unset)
      })

      it('and never throws and never quotes a profile, whatever stands in it', () => {
        const names = fc.constantFrom(...Object.keys(fixture.target))
        fc.assert(
          fc.property(fc.dictionary(names, fc.string()), fc.boolean(), (odd, whole) => {
            const marked = Object.fromEntries(Object.entries(odd).map(([field, text]) => [field, `CANARY${text}`]))
            const found = fixture.kind.target(given(fieldsOf(whole ? { ...fixture.target, ...marked } : marked)))
            if (!found.ok) expect(JSON.stringify(found)).not.toContain('CANARY')
          }),
        )
      })
    })

    describe('is asked before and after a run', () => {
      it('and each time gives one anchor of its phase, first, and records that a ledger takes', async () => {
        const [first, last] = [await askBefore(fixture.target), await askAfter(fixture.target)]
        for (const [phase, drafts] of [
          ['before', first],
          ['after', last],
        ] as const) {
          expect(anchorsOf(drafts)).toEqual([drafts[0]])
          expect(drafts[0]).toMatchObject({ type: 'dev.clyra.anchor.provisional.v1', data: { phase } })
          for (const { type, data } of drafts) expect(SCHEMAS[type]?.parse(data)).toEqual(data)
        }
      })

      it('whose id follows from run and phase', async () => {
        const [one, two] = [await askBefore(fixture.target), await askBefore(fixture.unreachable)]
        expect(one[0]?.id).toBe(two[0]?.id)
        expect((await askAfter(fixture.target))[0]?.id).not.toBe(one[0]?.id)
      })

      it('and nothing in it is changed', async () => {
        const state = await fixture.state()
        await askAfter(
          fixture.target,
          await askBefore(fixture.target),
          Promise.resolve([fixture.there, fixture.absent]),
        )
        await warehouseAt(fixture.target).doctor()
        expect(await fixture.state()).toEqual(state)
      })

      it('and is not heard before the run where its answer came too late for that', async () => {
        const times: Date[] = []
        const start = Date.now()
        const drafts = await askBefore(fixture.target, async (readAt) => times.push(readAt) > 0)
        expect(times).toHaveLength(1)
        expect(times[0]?.getTime()).toBeGreaterThanOrEqual(start)
        expect(drafts).toMatchObject([{ type: 'dev.clyra.anchor.unavailable.v1', data: { phase: 'before' } }])
        expect(drafts).toHaveLength(1)
      })

      it('at once after the run, whatever is still waited for', async () => {
        const connections = fixture.connections()
        const waiting = warehouseAt(fixture.target).after({ ...asked(), built: never, before: never, commitsMs: 1000 })
        waiting.catch(() => undefined)
        await expect.poll(() => fixture.connections(), { timeout: LIMIT_MS }).toBeGreaterThan(connections)
      })

      it('and is confirmed or contradicted only against what it said before', async () => {
        expect((await askAfter(fixture.target))[0]?.type).toBe('dev.clyra.anchor.provisional.v1')
        const here = await askBefore(fixture.target)
        expect((await askAfter(fixture.target, here))[0]).toMatchObject({
          type: 'dev.clyra.anchor.confirmed.v1',
          data: { provisional: here[0]?.id },
        })
        expect((await askAfter(fixture.another, here))[0]?.type).toBe('dev.clyra.anchor.contradicted.v1')
        const nothing = await askBefore(fixture.unreachable)
        expect((await askAfter(fixture.target, nothing))[0]?.type).toBe('dev.clyra.anchor.provisional.v1')
      })

      it('and says of each relation what it is, in their order, also where they are named late', async () => {
        const built = [fixture.absent, fixture.there]
        const late = new Promise<typeof built>((resolve) => setTimeout(() => resolve(built), 3000))
        expect(relationsOf(await askAfter(fixture.target, [], late, 2500))).toMatchObject([
          { node: fixture.absent.node, present: false },
          { node: fixture.there.node, present: true, relation: fixture.there.relation },
        ])
      })
    })

    describe.each(['unreachable', 'silent'] as const)('that is %s', (which) => {
      it('says so within the limit, and the anchor speaks for all relations', async () => {
        const unavailable = { type: 'dev.clyra.anchor.unavailable.v1' }
        const built = Promise.resolve([fixture.there])
        const first = await within(SHORT_MS, () => askBefore(fixture[which], undefined, SHORT_MS))
        expect(first).toMatchObject([unavailable])
        expect(await within(SHORT_MS, () => askAfter(fixture[which], first, built, SHORT_MS))).toMatchObject([
          unavailable,
        ])
      })

      it('is a finding of doctor, in time', async () => {
        const findings = await within(DOCTOR_MS, () => warehouseAt(fixture[which]).doctor())
        expect(findings.some(({ status }) => status === 'fail')).toBe(true)
      })
    })

    it('tells nobody its secret, and records no address', async () => {
      const drafts: DraftEvent[] = []
      const told: unknown[] = []
      for (const target of [fixture.target, fixture.unreachable]) {
        drafts.push(...(await askBefore(target)), ...(await askAfter(target, [], Promise.resolve([fixture.there]))))
        const findings = await warehouseAt(target).doctor()
        expect(findings.length).toBeGreaterThan(0)
        told.push(findings)
      }
      expect(JSON.stringify([drafts, told])).not.toContain(fixture.secret)
      const { host = '', port = '' } = fixture.target
      for (const word of [host, port]) if (word !== '') expect(JSON.stringify(drafts)).not.toContain(`"${word}`)
    })
  })
}

const SCHEMAS: Readonly<Record<string, { parse(data: unknown): unknown }>> = Object.assign(
  {},
  ...Object.values(FAMILIES),
)

const anchorsOf = (drafts: readonly DraftEvent[]) => drafts.filter(({ type }) => type.startsWith('dev.clyra.anchor.'))

const relationsOf = (drafts: readonly DraftEvent[]) =>
  drafts.filter(({ type }) => type === 'dev.clyra.snapshot.relation.v1').map(({ data }) => data)
