import type { JsonObject, JsonValue } from '../../verifier/ts/src/json.js'
import type { Random } from '../fuzz/engine/random.js'

/** Values of each kind, and texts at which readers go wrong. */
const OTHERS: readonly JsonValue[] = [
  null,
  true,
  false,
  0,
  -1,
  9007199254740991,
  '',
  '0',
  '00',
  '-1',
  '9007199254740991',
  '9007199254740992',
  'x',
  'a'.repeat(64),
  'A'.repeat(64),
  [],
  {},
  [null],
  { a: null },
]

type Place = { readonly parent: JsonValue[] | JsonObject; readonly key: string | number }

/** One change somewhere in a document: a value replaced, removed, doubled, exchanged or made a little different. */
export function editValue<T extends JsonValue>(value: T, random: Random): T {
  const copy = { document: structuredClone(value) as JsonValue }
  const places = placesIn(copy)
  const place = random.pick(places)
  const other = random.pick(places)
  const old = read(place)
  switch (random.below(8)) {
    case 0:
      write(place, structuredClone(random.pick(OTHERS)))
      break
    case 1:
      write(place, structuredClone(read(other)))
      break
    case 2:
      remove(place)
      break
    case 3:
      insert(place, structuredClone(old))
      break
    case 4:
      insert(place, structuredClone(random.pick(OTHERS)))
      break
    case 5: {
      const second = structuredClone(read(other))
      write(other, structuredClone(old))
      write(place, second)
      break
    }
    default:
      write(place, near(old, random))
  }
  // Only what stands in the document was changed; its own kind may be another now, which is what is tried.
  return copy.document as T
}

function placesIn(root: JsonObject): Place[] {
  const places: Place[] = []
  const walk = (parent: JsonValue[] | JsonObject) => {
    const keys = Array.isArray(parent) ? parent.keys() : Object.keys(parent)
    for (const key of keys) {
      const place = { parent, key }
      places.push(place)
      const value = read(place)
      if (typeof value === 'object' && value !== null) walk(value)
    }
  }
  walk(root)
  return places
}

const read = ({ parent, key }: Place): JsonValue => (parent as Record<string | number, JsonValue>)[key] ?? null

function write({ parent, key }: Place, value: JsonValue): void {
  ;(parent as Record<string | number, JsonValue>)[key] = value
}

function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else if (key !== 'document') delete parent[key]
}

/** A second one behind it in a list; a member under another name in an object. */
function insert({ parent, key }: Place, value: JsonValue): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 0, value)
  else if (key !== 'document') parent[`${key}2`.slice(0, 128)] = value
}

/** A value that differs a little: a digit, a character, one more, one less. */
function near(value: JsonValue, random: Random): JsonValue {
  if (typeof value === 'number') return value + random.pick([-1, 1])
  if (typeof value === 'boolean') return !value
  if (typeof value !== 'string') return structuredClone(random.pick(OTHERS))
  if (/^[0-9]{1,15}$/.test(value) && random.below(4) > 0)
    return String(Math.max(0, Number(value) + random.pick([-1, 1])))
  const at = random.below(value.length + 1)
  const character = random.pick(['0', '1', 'a', 'f', 'A', '/', '.', '-', '~', 'é', '\n', '\u0000', '='])
  return random.pick([
    value.slice(0, at) + character + value.slice(at),
    value.slice(0, at) + character + value.slice(at + 1),
    value.slice(0, at) + value.slice(at + 1),
    value.slice(0, at),
    value.toUpperCase(),
  ])
}
