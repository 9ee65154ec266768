import { concatBytes, hex, u16be, u64be, utf8 } from './bytes.js'
import { canonicalBytes } from './canonical.js'
import type { JsonValue } from './json.js'
import { sha256 } from './sha256.js'
import { SPEC } from './spec.generated.js'

const SEAL = utf8(SPEC.preimages.seal)
const MEMBER = 'clyra:sealed'

/** The commitment to a value at a place of one record, hex. `pointer` starts at the record's root. */
export function commitment(id: string, pointer: string, salt: Uint8Array, value: JsonValue): string {
  const [idBytes, pointerBytes, valueBytes] = [utf8(id), utf8(pointer), canonicalBytes(value)]
  return hex(
    sha256(
      concatBytes(SEAL, u16be(idBytes.length), idBytes, u16be(pointerBytes.length), pointerBytes),
      concatBytes(salt, u64be(valueBytes.length), valueBytes),
    ),
  )
}

/** The commitment where `value` is `{"clyra:sealed": "<hex>"}`, else undefined. */
export function sealedCommitment(value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const sealed = Object.hasOwn(value, MEMBER) ? value[MEMBER] : undefined
  return typeof sealed === 'string' && /^[0-9a-f]{64}$/.test(sealed) && Object.keys(value).length === 1
    ? sealed
    : undefined
}

/** RFC 6901; undefined where the pointer leads nowhere. */
export function resolvePointer(root: JsonValue, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = root
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null) return undefined
    if (Array.isArray(value)) value = /^(0|[1-9][0-9]*)$/.test(name) ? value[Number(name)] : undefined
    else value = Object.hasOwn(value, name) ? value[name] : undefined
  }
  return value
}

/** How many sealed values there are in `value`, at any depth. */
export function countSealed(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0
  if (sealedCommitment(value) !== undefined) return 1
  let count = 0
  if (Array.isArray(value)) for (const item of value) count += countSealed(item)
  // An admitted value has own members alone.
  else for (const name in value) count += countSealed(value[name]!)
  return count
}
