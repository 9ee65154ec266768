import type { EventInput } from './envelope.js'
import type { EventData, KnownType } from './families/index.js'
import type { CLYRA_TYPE_PREFIX } from './reserved.js'

/**
 * What may be appended as an event of type `T`. Of a type that Clyra knows, `data` has that type's shape; no other type
 * of `dev.clyra.` exists; other namespaces are accepted opaque, as is a type that is only known as `string`, which is
 * checked when it is appended.
 *
 * Functions take `readonly AppendableEvent<T>[]` and let `T` be inferred: from a literal `type` in the call each event
 * is then held to its own type, as a union of the types named.
 */
export type AppendableEvent<T extends string = string> = { readonly type: T } & EventOf<T>

type EventOf<T extends string> = T extends KnownType
  ? EventInput<T, EventData[T]>
  : T extends `${typeof CLYRA_TYPE_PREFIX}${string}`
    ? never
    : EventInput<T>
