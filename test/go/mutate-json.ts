import type { JsonObject, JsonValue } from '../../verifier/ts/src/json.js'
import type { Random } from '../fuzz/engine/random.js'

/** What may stand where something else stood: values, texts and names that a reader asks for, and their neighbours. */
const OTHERS: readonly JsonValue[] = [
  ...[null, true, false, 0, -1, 1, 137, Number.MAX_SAFE_INTEGER, '', 'x', '0', '1', '01', [], {}, ['success']],
  ...['9007199254740991', '9007199254740992', 'a'.repeat(64), '0'.repeat(64), 'é\u{1F600}"\n', '\u2028\u007f'],
  ...[
    'complete',
    'absent',
    'partial',
    'unknown',
    'head',
    'success',
    'interrupted',
    'claim',
    'log',
    'warehouse',
    'view',
  ],
  ...[
    'def',
    'pef',
    'other',
    'gateway',
    'dbt',
    'evidence',
    'ledger',
    'receipt',
    'before',
    'after',
    'ephemeral',
    'build',
  ],
  ...['run-other', 'ledger-keys', 'ledger-heads', 'approval-1', 'approval', 'compromised', '2025-01-01T00:00:00.000Z'],
]
const NAMES = ['x', 'kind', 'payout', 'renderer', 'within', 'head']

/** A place in a value, and what stands there. */
interface Place {
  readonly parent: JsonValue[] | JsonObject
  readonly key: number | string
  readonly value: JsonValue
}

/** A copy of a value with one thing changed. */
export function mutateJson(random: Random, value: JsonValue): JsonValue {
  // The root is the one member of a list, so that it has a place like all others.
  const box: JsonValue[] = [structuredClone(value)]
  const places: Place[] = []
  const walk = (parent: JsonValue[] | JsonObject, key: number | string, value: JsonValue) => {
    places.push({ parent, key, value })
    if (typeof value !== 'object' || value === null) return
    const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
    for (const [name, each] of members) walk(value, name, each)
  }
  walk(box, 0, value0(box))
  change(random, random.pick(places), structuredClone(random.pick(places).value))
  return value0(box)
}

const value0 = ([value = null]: readonly JsonValue[]): JsonValue => value

function change(random: Random, place: Place, elsewhere: JsonValue): void {
  const { value, parent, key } = place
  switch (random.below(7)) {
    case 0:
      put(place, random.pick(OTHERS))
      return
    case 1:
      if (Array.isArray(parent)) parent.splice(Number(key), 1)
      else delete parent[key]
      return
    case 2:
      if (Array.isArray(value)) value.splice(random.below(value.length + 1), 0, random.pick(OTHERS))
      else if (typeof value === 'object' && value !== null) value[random.pick(NAMES)] = random.pick(OTHERS)
      return
    case 3:
      if (Array.isArray(parent)) parent.splice(random.below(parent.length + 1), 0, structuredClone(value))
      return
    case 4:
      if (Array.isArray(value))
        value.splice(random.below(value.length), 0, ...value.splice(random.below(value.length), 1))
      return
    case 5:
      put(place, elsewhere)
      return
    default:
      put(place, nearTo(random, value))
  }
}

function put({ parent, key }: Place, value: JsonValue): void {
  if (Array.isArray(parent)) parent[Number(key)] = value
  else parent[key] = value
}

/** A value that differs a little. */
function nearTo(random: Random, value: JsonValue): JsonValue {
  if (typeof value === 'number') return value + random.pick([-1, 1])
  if (typeof value !== 'string') return random.pick(OTHERS)
  if (/^\d{1,15}$/.test(value) && random.below(2) === 0)
    return String(Math.max(0, Number(value) + random.pick([-1, 1])))
  const z = value.replace(/./, 'z')
  return random.pick([
    `${value}\n`,
    value.toUpperCase(),
    value.slice(1),
    value.slice(0, -1),
    `${value}0`,
    `0${value}`,
    z,
  ])
}
