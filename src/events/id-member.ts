import { type FixedText, fixedText } from './write-text.js'

/**
 * The `id` member of the event at hand, `"id":"<id>",`. The grammar of ids (`ID` in `grammar.ts`) is checked while the
 * id is copied: no pattern can foresee what half of its letters will be, and a table needs not to.
 */
export class IdMember {
  #text = ''
  #isUuid = false
  readonly #member: FixedText = { length: EMPTY.length, view: new DataView(EMPTY.view.buffer.slice(0)) }

  /** Takes an id; false where it is not a lower-case UUID of version 7 or 8. */
  set(id: string): boolean {
    this.#text = id
    this.#isUuid = id.length === PLACES.length
    for (let i = 0; this.#isUuid && i < PLACES.length; i++) {
      const code = id.charCodeAt(i)
      this.#isUuid = (KINDS[code]! & PLACES[i]!) !== 0
      this.#member.view.setUint8(LEAD.length + i, code)
    }
    return this.#isUuid
  }

  /** The id that was taken last. */
  get text(): string {
    return this.#text
  }

  /** The member as it stands in a record, until the next `set`; undefined where the id is no such UUID. */
  get member(): FixedText | undefined {
    return this.#isUuid ? this.#member : undefined
  }
}

const LEAD = '"id":"'
const KIND_BY_SIGN: Readonly<Record<string, readonly [bit: number, characters: string]>> = {
  x: [1, '0123456789abcdef'],
  v: [2, '78'],
  r: [4, '89ab'],
  '-': [8, '-'],
}

/** At each UTF-16 code unit, the kinds of place that it can stand in. */
const KINDS = new Uint8Array(0x10000)
for (const [bit, characters] of Object.values(KIND_BY_SIGN))
  for (const character of characters) KINDS[character.charCodeAt(0)]! |= bit

/** The kind of each place of an id. */
const PLACES = Uint8Array.from('xxxxxxxx-xxxx-vxxx-rxxx-xxxxxxxxxxxx', (sign) => KIND_BY_SIGN[sign]![0])

/** The member without its id. */
const EMPTY = fixedText(`${LEAD}${'0'.repeat(PLACES.length)}",`)
