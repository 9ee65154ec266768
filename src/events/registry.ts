import type * as z from 'zod'
import type { JsonObject, JsonValue } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { type DataWriter, dataWriter } from './data-writer.js'
import type { StoredEvent } from './envelope.js'
import { FAMILIES, UPCASTERS } from './families/index.js'
import { isTypeName } from './grammar/index.js'
import { CLYRA_TYPE_PREFIX } from './reserved.js'
import type { Upcaster } from './upcaster.js'

/** One type of event. */
export interface EventType {
  readonly type: string
  readonly family: string
  /** The number after the last `.v`. */
  readonly version: number
  readonly schema: z.ZodType
  /** Checks and writes data in one pass, where the schema's shape allows it. */
  readonly write: DataWriter | undefined
  readonly upcaster: Upcaster | undefined
}

/** Event types that belong together, of any namespace but `dev.clyra.`. */
export interface EventFamily {
  /** `^[a-z][a-z0-9-]{0,30}$`, not one of Clyra's own. */
  readonly name: string
  /** Type name -> schema of its data. Strict objects are advised: an unknown member is then an error. */
  readonly types: Readonly<Record<string, z.ZodType>>
  /** Type name -> how to reach the next version. */
  readonly upcasters?: Readonly<Record<string, Upcaster>>
}

/** What is known about event types: one entry per type. Immutable. */
export interface EventRegistry {
  get(type: string): EventType | undefined
  /** Every known type, ascending. */
  types(): readonly EventType[]
  /** The event in the newest known version of its type; the same object where there is nothing to do. */
  upcast(event: StoredEvent): StoredEvent
  /** The name of the newest known version of a type; the name itself where there is no other. */
  newest(type: string): string
}

/** Checks a family and gives it back: throws EVENT_INVALID for a bad name, type or upcaster. */
export function defineFamily(family: EventFamily): EventFamily {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(family.name) || Object.hasOwn(FAMILIES, family.name)) {
    throw invalid(`the family name ${JSON.stringify(family.name)} is malformed or one of Clyra's own`, family.name)
  }
  for (const type of Object.keys(family.types)) {
    if (!isTypeName(type)) throw invalid(`${JSON.stringify(type)} is not a reverse-DNS type name with a version`, type)
    if (type.startsWith(CLYRA_TYPE_PREFIX)) throw invalid(`${type} is in the namespace of Clyra itself`, type)
  }
  for (const [type, upcaster] of Object.entries(family.upcasters ?? {})) checkUpcaster(family, type, upcaster)
  return family
}

/** Clyra's own families and those given. Throws EVENT_INVALID where a type is defined twice. */
export function createRegistry(extraFamilies: readonly EventFamily[] = []): EventRegistry {
  const entries = new Map<string, EventType>()
  for (const [name, types] of Object.entries(FAMILIES)) addFamily(entries, { name, types, upcasters: UPCASTERS })
  for (const family of extraFamilies) addFamily(entries, defineFamily(family))
  const sorted = [...entries.values()].sort((a, b) => (a.type < b.type ? -1 : 1))
  return {
    get: (type) => entries.get(type),
    types: () => sorted,
    upcast: (event) => upcastWith(entries, event),
    newest: (type) => newestOf(entries, type),
  }
}

/** Clyra's own families alone. */
export const CLYRA_REGISTRY: EventRegistry = createRegistry()

/** The event in the newest version of its type that `registry` knows. */
export function upcast(event: StoredEvent, registry: EventRegistry = CLYRA_REGISTRY): StoredEvent {
  return registry.upcast(event)
}

function addFamily(entries: Map<string, EventType>, family: EventFamily): void {
  for (const [type, schema] of Object.entries(family.types)) {
    if (entries.has(type)) throw invalid(`the type ${type} is defined twice`, type)
    const version = Number(type.slice(type.lastIndexOf('.v') + 2))
    entries.set(type, {
      type,
      family: family.name,
      version,
      schema,
      write: dataWriter(schema),
      upcaster: family.upcasters?.[type],
    })
  }
}

function upcastWith(entries: ReadonlyMap<string, EventType>, event: StoredEvent): StoredEvent {
  let entry = entries.get(event.type)
  if (entry?.upcaster === undefined || !isObject(event.data)) return event
  let { type, data }: { type: string; data: JsonObject } = { type: event.type, data: event.data }
  // Ends, because every upcaster leads to a higher version (checkUpcaster).
  while (entry?.upcaster !== undefined) {
    type = entry.upcaster.to
    data = entry.upcaster.data(data)
    entry = entries.get(type)
  }
  return { ...event, type, data }
}

function newestOf(entries: ReadonlyMap<string, EventType>, type: string): string {
  let newest = type
  for (let to = entries.get(type)?.upcaster?.to; to !== undefined; to = entries.get(to)?.upcaster?.to) newest = to
  return newest
}

const isObject = (data: JsonValue): data is JsonObject =>
  typeof data === 'object' && data !== null && !Array.isArray(data)

function checkUpcaster(family: EventFamily, type: string, upcaster: Upcaster): void {
  const [base, version] = split(type)
  const [toBase, toVersion] = split(upcaster.to)
  if (!Object.hasOwn(family.types, type) || !Object.hasOwn(family.types, upcaster.to)) {
    throw invalid(`the upcaster ${type} -> ${upcaster.to} names a type that the family does not define`, type)
  }
  if (base !== toBase || toVersion <= version) {
    throw invalid(`the upcaster ${type} -> ${upcaster.to} does not lead to a later version of the same name`, type)
  }
}

function split(type: string): [string, number] {
  const at = type.lastIndexOf('.v')
  return [type.slice(0, at), Number(type.slice(at + 2))]
}

function invalid(message: string, subject: string): ClyraError {
  return new ClyraError('EVENT_INVALID', message, { details: { subject } })
}
