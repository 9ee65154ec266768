import assert from 'node:assert/strict'
import { runContending } from './faults/contending-run.js'
import type { FaultFactory } from './faults/fault-fixture.js'
import type { Aftermath, Fault, FaultKind, Step } from './faults/fault-plan.js'
import { runWithFault } from './faults/fault-run.js'
import { isCannot, type TestFunctions } from './test-functions.js'

/** A fault that was survived. */
export interface SurvivedFault {
  /** The call that failed, e.g. `tiles.write`. */
  readonly step: string
  readonly kind: FaultKind
  readonly aftermath: Aftermath
}

export interface FaultsOptions {
  /** Told of each fault after which everything held. */
  readonly onSurvived?: (fault: SurvivedFault) => void
  /** Of the calls of one kind at most so many are failed, spread over the run. Default: every one. */
  readonly atMost?: number
  /** Which of them: the calls are counted from this one. Default 0, from the first. */
  readonly turn?: number
}

/** The calls that a run has to go through, so that a step that is no longer taken is noticed. */
const STEPS: Readonly<Record<string, readonly string[]>> = {
  appending: ['store.append'],
  sealing: ['tiles.write', 'checkpoints.keep', 'checkpoints.compareAndSet', 'tiles.publish', 'tiles.prune'],
  indexing: ['index.apply'],
  'making keys': ['keys.generate'],
  looking: [
    'store.head',
    'store.read',
    'index.through',
    'index.positionsOf',
    'index.head',
    'index.last',
    'index.positionsIn',
    'index.headsRoot',
    'tiles.read',
    'checkpoints.latest',
    'checkpoints.kept',
    'checkpoints.keptSizes',
    'keys.signer',
  ],
}

/** Only where an index outlives its handle. */
const STORED_INDEX = 'index.last'

const AFTERMATHS: readonly Aftermath[] = ['goes on', 'ends']

/**
 * The fault suite of a ledger over any backend. A run appends, seals, publishes and reopens; each call that it makes on
 * a port is failed once, in a run of its own, in each way that the port allows (nothing persisted; all persisted and
 * the answer lost; a part persisted), once with a process that goes on and once with one that ends there. Then the
 * ledger is opened again. It must be whole, hold all that was acknowledged and no half batch, answer a repeated append
 * with one copy, and have published nothing that contradicts it; a reader beside it must never have seen a record that
 * is gone.
 *
 * @example
 * import { describe, it } from 'vitest'
 * import { describeFaults } from 'clyra/conformance'
 * describeFaults('my ledger', { create: async () => myFixture() }, { describe, it })
 */
export function describeFaults(
  name: string,
  factory: FaultFactory,
  { describe, it }: TestFunctions,
  { onSurvived = () => undefined, ...which }: FaultsOptions = {},
): void {
  let recorded: Promise<readonly Step[]> | undefined
  const record = () => {
    recorded ??= factory.create().then((fixture) => runWithFault(fixture))
    return recorded
  }
  describe(`${name} when its ports fail`, () => {
    it('goes through every step without a fault', async () => {
      const { tear, dispose } = await factory.create()
      isCannot(tear, 'an append that is cut off half-way')
      await dispose()
      const names = new Set((await record()).map((step) => step.name))
      const known = Object.values(STEPS).flat()
      assert.deepEqual(
        known.filter((step) => step !== STORED_INDEX && !names.has(step)),
        [],
        'steps that the run no longer goes through',
      )
      assert.deepEqual(
        [...names].filter((step) => !known.includes(step)),
        [],
        'steps that are never failed',
      )
    })
    for (const [group, steps] of Object.entries(STEPS)) {
      describe(group, () => {
        for (const step of steps) {
          it(`survives that ${step} fails`, async () => {
            const faults = faultsOf(await record(), step, which)
            if (faults.length === 0) isCannot({ cannot: 'no index outlives its handle' }, step)
            for (const fault of faults) {
              await survive(await factory.create(), step, fault)
              onSurvived({ step, ...fault })
            }
          })
        }
      })
    }
    it('several writers at once publish nothing that goes back, and sign no size with two roots', async () => {
      for (let seed = 0; seed < 4; seed++) {
        if ((await runContending(await factory.create(), seed)) === 1) break
      }
    })
  })
}

/** Every way in which the calls of one name can fail. */
function faultsOf(
  steps: readonly Step[],
  name: string,
  { atMost = Number.POSITIVE_INFINITY, turn = 0 }: FaultsOptions,
): Fault[] {
  const calls = steps.flatMap((step, at) => (step.name === name ? [{ at, kinds: step.kinds }] : []))
  const stride = Math.max(1, calls.length / atMost)
  const some = calls.filter((_, i) => {
    const place = (i + turn) % calls.length
    return Math.floor(place / stride) !== Math.floor((place - 1) / stride)
  })
  return some.flatMap(({ at, kinds }) =>
    kinds.flatMap((kind) => AFTERMATHS.map((aftermath) => ({ at, kind, aftermath }))),
  )
}

async function survive(...[fixture, step, fault]: [Parameters<typeof runWithFault>[0], string, Fault]): Promise<void> {
  try {
    await runWithFault(fixture, fault)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new assert.AssertionError({
      message: `${step} (call ${fault.at}), ${fault.kind}, the process ${fault.aftermath}: ${why}`,
      ...(cause instanceof assert.AssertionError ? { actual: cause.actual, expected: cause.expected } : {}),
    })
  }
}
