import { hex } from '../../../src/bytes.js'
import type { JsonObject } from '../../../src/json.js'
import { commitment } from '../../../src/sealed-values.js'
import type { Draft, TestLedger } from '../../ledger-maker.js'
import { closed, other, SALT, SEALED_VALUE, sampleLedger, sealed, started } from '../../sample-ledger.js'
import { against, bad, good, type Vector } from '../vector.js'

/** DEF, section 8: openings, their order and their pointers. */
export function openingReadings(): Vector[] {
  const ids = ['01940000-0000-7000-8000-00000000bbbb', '01940000-0000-7000-8000-00000000cccc']
  const pair = (id: string): Draft => ({
    ...sealed(),
    data: Object.fromEntries(
      ['a.b', 'a/b'].map((name) => {
        const pointer = `/data/${name.replaceAll('/', '~1')}`
        return [name, { 'clyra:sealed': commitment(id, pointer, SALT, SEALED_VALUE) }]
      }),
    ),
    attributes: { id },
  })
  // The two records with sealed values stand at positions 4 and 12.
  const between = Array.from({ length: 7 }, (_, n) => other('run-other', n))
  const ledger = sampleLedger([started(), pair(ids[0]!), ...between, pair(ids[1]!), closed()])
  const opening = (position: string, pointer: string): JsonObject => ({
    position,
    pointer,
    salt: hex(SALT),
    value: SEALED_VALUE,
  })
  const all = [
    opening('4', '/data/a.b'),
    opening('4', '/data/a~1b'),
    opening('12', '/data/a.b'),
    opening('12', '/data/a~1b'),
  ]
  const malformed = (name: string, shows: string, openings: JsonObject[]) =>
    bad('negative', name, 'OPENINGS_MALFORMED', shows, { ledger, lies: { openings } })
  return [
    against(
      'documents.ts',
      "String(position).padStart(16, '0')",
      'String(position)',
      good('openings-in-order', 'Openings by position as a number, then by pointer.', ledger, { openings: all }),
    ),
    malformed('openings-text-order', 'Positions in the order of their texts.', [...all.slice(2), ...all.slice(0, 2)]),
    malformed('openings-pointer-order', 'Pointers out of order.', [all[1]!, all[0]!]),
    malformed('openings-twice', 'One place twice.', [all[0]!, all[0]!]),
    malformed('openings-pointer-unicode', 'A pointer with a character that no member name has.', [
      opening('4', '/data/\u00e9'),
    ]),
    malformed('openings-pointer-tilde', 'A pointer with a tilde that escapes nothing.', [opening('4', '/data/a~2b')]),
    malformed('openings-pointer-empty', 'A pointer to the whole record.', [opening('4', '')]),
    bad('negative', 'openings-pointer-index', 'OPENING_TARGET_MISSING', 'A pointer that leads nowhere.', {
      ledger,
      lies: { openings: [opening('4', '/data/a.b/0')] },
    }),
    bad('negative', 'openings-pointer-65535', 'OPENING_TARGET_MISSING', 'A pointer of 65,535 characters.', {
      ledger,
      lies: { openings: [opening('4', `/${'x'.repeat(65_534)}`)] },
    }),
    bad('negative', 'opening-with-null', 'OPENING_MISMATCH', 'A value of null is a value.', {
      ledger,
      lies: { openings: [{ ...all[0]!, value: null }] },
    }),
    good('openings-none', 'A list of no openings.', ledger, { openings: [] }),
    against(
      'claims.ts',
      'if (record === undefined || sealed === undefined)',
      'if (record === undefined) continue\n    if (sealed === undefined)',
      bad('negative', 'openings-no-line', 'OPENING_TARGET_MISSING', 'A position that is no line of the bundle.', {
        ledger,
        lies: { openings: [opening('5', '/data/a.b')] },
      }),
    ),
    ...placeReadings(),
  ]
}

/** What a token leads to, and what is a sealed value there. */
function placeReadings(): Vector[] {
  const id = '01940000-0000-7000-8000-00000000bbbb'
  const seal = (pointer: string) => commitment(id, pointer, SALT, SEALED_VALUE)
  const holding = (data: JsonObject) => sampleLedger([started(), { ...sealed(), data, attributes: { id } }, closed()])
  const openings = (pointer: string) => [{ position: '4', pointer, salt: hex(SALT), value: SEALED_VALUE }]
  const list = (pointer: string) => holding({ list: [{ 'clyra:sealed': seal(pointer) }] })
  const missing = (name: string, shows: string, pointer: string, data: TestLedger) =>
    bad('negative', name, 'OPENING_TARGET_MISSING', shows, { ledger: data, lies: { openings: openings(pointer) } })
  const token = ['sealed-values.ts', '/^(0|[1-9][0-9]*)$/.test(name)'] as const
  return [
    against(
      ...token,
      'false',
      good('openings-in-a-list', 'A pointer to the first element of a list.', list('/data/list/0'), {
        openings: openings('/data/list/0'),
      }),
    ),
    against(
      ...token,
      '/^[0-9]+$/.test(name)',
      missing('openings-index-00', 'An index with a leading zero.', '/data/list/00', list('/data/list/00')),
    ),
    missing('openings-index-minus', 'The place behind the last element.', '/data/list/-', list('/data/list/-')),
    missing('openings-index-length', 'An index that is the length.', '/data/list/1', list('/data/list/1')),
    missing('openings-index-minus-1', 'An index that counts from the end.', '/data/list/-1', list('/data/list/-1')),
    against(
      'sealed-values.ts',
      "token.replaceAll('~1', '/').replaceAll('~0', '~')",
      "token.replaceAll('~0', '~').replaceAll('~1', '/')",
      missing(
        'openings-escapes-in-order',
        'The token a~01b is the name a~1b, which no member has, and not a/b.',
        '/data/a~01b',
        holding({ 'a/b': { 'clyra:sealed': seal('/data/a~01b') } }),
      ),
    ),
    against(
      'sealed-values.ts',
      ' && Object.keys(value).length === 1',
      '',
      missing(
        'openings-of-two-members',
        'An object with another member beside the commitment is no sealed value.',
        '/data/text',
        holding({ text: { 'clyra:sealed': seal('/data/text'), note: '' } }),
      ),
    ),
    against(
      'sealed-values.ts',
      '/^[0-9a-f]{64}$/.test(sealed)',
      'true',
      missing(
        'openings-of-upper-case',
        'A commitment in upper case is no sealed value.',
        '/data/text',
        holding({ text: { 'clyra:sealed': seal('/data/text').toUpperCase() } }),
      ),
    ),
  ]
}
