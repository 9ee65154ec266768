import { createHmac } from 'node:crypto'
import { canonicalBytes, concatBytes, equalBytes, hex, type JsonValue, utf8 } from '../canonical/index.js'
import { sha256 } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import { type DraftEvent, Sealable, type SealedEvent } from './draft-event.js'
import type { CurrentType } from './families/index.js'

/** The member that stands for a sealed value. */
const SEALED_MEMBER = 'clyra:sealed'

/** A sealed value in clear, with its place: the id of its event and the JSON pointer from the record's root. */
export interface Opening {
  readonly id: string
  readonly pointer: string
  readonly value: JsonValue
}

/**
 * The commitment to a value: SHA-256("clyra.seal/1\n" || u16be(len) id || u16be(len) pointer || salt || u64be(len) v),
 * with v the JCS bytes of the value. 32 bytes. Id and pointer are in it, so an opening fits one place only.
 */
function sealedDigest(id: string, pointer: string, salt: Uint8Array, valueJcs: Uint8Array): Uint8Array {
  if (salt.length !== 32) throw new ClyraError('VAULT_FAILED', `a salt has 32 bytes, not ${salt.length}`)
  return sha256(utf8('clyra.seal/1\n'), withLength(id), withLength(pointer), salt, u64(valueJcs.length), valueJcs)
}

/**
 * HMAC-SHA-256(subject key, "clyra.salt/1\n" id "\n" pointer): the same for a retry, unlinkable between places, and
 * gone with the key.
 */
export function saltFor(subjectKey: Uint8Array, id: string, pointer: string): Uint8Array {
  return hmac(subjectKey, utf8(`clyra.salt/1\n${id}\n${pointer}`))
}

/**
 * Puts commitments in the place of every value of `draft` that is marked with `toSeal`. The openings are for the
 * vault; nothing of them may reach the log. Sealing the same draft with the same key gives the same event.
 */
export function seal<T extends CurrentType>(
  subjectKey: Uint8Array,
  draft: DraftEvent<T>,
): { readonly event: SealedEvent<T>; readonly openings: readonly Opening[] } {
  const openings: Opening[] = []
  const walk = (value: unknown, pointer: string): unknown => {
    if (value instanceof Sealable) {
      openings.push({ id: draft.id, pointer, value: value.value })
      const salt = saltFor(subjectKey, draft.id, pointer)
      return { [SEALED_MEMBER]: hex(sealedDigest(draft.id, pointer, salt, canonicalBytes(value.value))) }
    }
    if (Array.isArray(value)) return value.map((item, i) => walk(item, `${pointer}/${i}`))
    if (!isPlainObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, walk(member, `${pointer}/${escapeToken(name)}`)]),
    )
  }
  // walk() replaces exactly the Sealable leaves of DraftData by sealed values, which is what SealedEvent says.
  const event = { ...draft, data: walk(draft.data, '/data') } as unknown as SealedEvent<T>
  return { event, openings }
}

/** Every sealed value of an event's data: where, and the commitment in hex. In document order. */
export function sealedValuesOf(data: JsonValue): { readonly pointer: string; readonly digest: string }[] {
  const found: { pointer: string; digest: string }[] = []
  const walk = (value: JsonValue, pointer: string): void => {
    if (typeof value !== 'object' || value === null) return
    if (isArray(value)) {
      for (const [i, item] of value.entries()) walk(item, `${pointer}/${i}`)
      return
    }
    const digest = value[SEALED_MEMBER]
    if (typeof digest === 'string' && Object.keys(value).length === 1) {
      found.push({ pointer, digest })
      return
    }
    for (const [name, member] of Object.entries(value)) walk(member, `${pointer}/${escapeToken(name)}`)
  }
  walk(data, '/data')
  return found
}

/**
 * True where the record has, at `pointer`, the commitment to exactly this value under this salt. False for another
 * value, salt, place or record; also where nothing is sealed at that place.
 */
export function openSealed(
  event: { readonly id: string; readonly data: JsonValue },
  opening: { readonly pointer: string; readonly salt: Uint8Array; readonly value: JsonValue },
): boolean {
  const { pointer, salt, value } = opening
  const sealed = sealedValuesOf(event.data).find((place) => place.pointer === pointer)
  if (sealed === undefined || salt.length !== 32) return false
  const digest = sealedDigest(event.id, pointer, salt, canonicalBytes(value))
  return equalBytes(utf8(hex(digest)), utf8(sealed.digest))
}

/** HMAC-SHA-256 with a key of exactly 32 bytes. */
export function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  if (key.length !== 32) throw new ClyraError('VAULT_FAILED', `a key of the vault has 32 bytes, not ${key.length}`)
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return new Uint8Array(mac.digest())
}

function withLength(text: string): Uint8Array {
  const bytes = utf8(text)
  if (bytes.length > 0xffff) throw new ClyraError('EVENT_INVALID', 'the id or pointer of a sealed value is too long')
  return concatBytes(Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes)
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

/** RFC 6901, section 3. */
function escapeToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** What is neither this nor an array is left alone: scalars, and what `prepare` will refuse. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Array.isArray does not narrow readonly arrays. */
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
