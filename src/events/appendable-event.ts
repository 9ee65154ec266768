import type { EventInput } from './envelope.js'
import type { EventData, KnownType } from './families/index.js'

/** What may be appended: known types narrow `data`; other namespaces are accepted opaque. */
export type AppendableEvent = { [T in KnownType]: EventInput<T, EventData[T]> }[KnownType] | EventInput
