import { describe, expectTypeOf, it } from 'vitest'
import type { AppendableEvent } from './appendable-event.js'
import type { EventInput } from './envelope.js'
import type { EventData, KnownType } from './families/index.js'
import type { PreparedEvents } from './prepared-events.js'

/** The shape of every function that takes events; it is never run: what is looked at here is what compiles. */
declare function append<T extends string>(events: readonly AppendableEvent<T>[] | PreparedEvents): T

const source = '/test'

/**
 * Checked by the compiler (`tsc -p tsconfig.test.json`): an expected error that does not come is an error itself.
 */
describe('the type of an event that is appended', () => {
  it('has the data of its type, in a literal alone and beside others', () => {
    const calls = () => {
      append([{ type: 'dev.clyra.run.closed.v1', source, data: { run: 'R' } }])
      append([
        { type: 'dev.clyra.run.closed.v1', source, data: { run: 'R' } },
        { type: 'dev.clyra.run.gap.v1', source, data: { run: 'R', reason: 'log-missing', count: null } },
        { type: 'com.example.a.v1', source, data: { anything: [1, 'x', null] } },
      ])
      // @ts-expect-error: a member of another type
      append([{ type: 'dev.clyra.run.closed.v1', source, data: { run: 1 } }])
      // @ts-expect-error: a member is missing
      append([{ type: 'dev.clyra.run.gap.v1', source, data: { run: 'R', count: null } }])
      // @ts-expect-error: a value that is not in the closed list
      append([{ type: 'dev.clyra.run.gap.v1', source, data: { run: 'R', reason: 'whim', count: null } }])
      // @ts-expect-error: a member that the type does not have
      append([{ type: 'dev.clyra.run.closed.v1', source, data: { run: 'R', more: 1 } }])
      append([
        { type: 'com.example.a.v1', source, data: { run: 1 } },
        // @ts-expect-error: the same beside an event of another namespace
        { type: 'dev.clyra.run.closed.v1', source, data: { run: 1 } },
      ])
    }
    expectTypeOf(calls).toBeFunction()
  })

  it('is of a type that exists, where it is of dev.clyra', () => {
    const calls = () => {
      // @ts-expect-error: a misspelt type is no type of another namespace
      append([{ type: 'dev.clyra.run.close.v1', source, data: {} }])
      // @ts-expect-error: a misspelt attribute
      append([{ type: 'com.example.a.v1', source, data: {}, sbject: 'x' }])
      // @ts-expect-error: data is an object
      append([{ type: 'com.example.a.v1', source, data: 'text' }])
    }
    expectTypeOf(calls).toBeFunction()
  })

  it('is open where the type is only known as text, and for what was prepared', () => {
    const calls = (event: EventInput, prepared: PreparedEvents, known: readonly Known[]) => {
      const paid = { type: 'com.example.paid.v1', source, data: { cents: 1250 } }
      append([paid, event])
      append(prepared)
      append(known)
      append([])
    }
    type Known = { [T in KnownType]: EventInput<T, EventData[T]> }[KnownType]
    expectTypeOf(calls).toBeFunction()
    expectTypeOf<EventInput>().toExtend<AppendableEvent>()
    expectTypeOf<AppendableEvent<'dev.clyra.run.closed.v1'>['data']>().toEqualTypeOf<{ run: string }>()
    expectTypeOf<AppendableEvent<'dev.clyra.no-such.v1'>>().toBeNever()
  })
})
