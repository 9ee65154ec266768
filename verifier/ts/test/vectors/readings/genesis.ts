import { hex, utf8 } from '../../../src/bytes.js'
import type { JsonObject, JsonValue } from '../../../src/json.js'
import { sha256 } from '../../../src/sha256.js'
import { type Draft, keyObject, signedNote, TestLedger, testKey } from '../../ledger-maker.js'
import { DRAFTS, other, sampleLedger } from '../../sample-ledger.js'
import { against, bad, type Vector } from '../vector.js'

/** Log, section 3: what counts as the genesis record. */
export function genesisReadings(): Vector[] {
  const genesis = (changes: (draft: Draft) => Draft) => sampleLedger(DRAFTS(), { genesis: changes })
  const attributes = (changes: Record<string, JsonValue>) => genesis((draft) => ({ ...draft, attributes: changes }))
  const none = (name: string, asked: string, shows: string, ledger: TestLedger) =>
    against(
      'chain.ts',
      asked,
      'true',
      bad('forged', name, 'SIGNATURE_MISSING', `${shows}: so line 0 is no genesis record, and has no keys.`, {
        ledger,
      }),
    )
  const late = new TestLedger({ genesis: () => other('run-other') })
  return [
    none(
      'genesis-prev',
      'record.prev === ZEROS',
      'A genesis record that links to something',
      attributes({ prev: hex(sha256(utf8('x'))) }),
    ),
    none('genesis-revision', 'record.revision === 0', 'A genesis record of revision 1', attributes({ revision: '1' })),
    none(
      'genesis-stream',
      "record?.stream === 'ledger-genesis'",
      'A genesis record in a stream of its own choice',
      attributes({ stream: 'ledger-start' }),
    ),
    none(
      'genesis-other-name',
      'data?.origin === origin',
      'A genesis record whose data name another origin',
      genesis((draft) => ({ ...draft, data: { ...(draft.data as JsonObject), origin: 'other.example' } })),
    ),
    none(
      'genesis-other-ledger',
      'record.ledger === origin',
      'A genesis record whose attribute names another',
      attributes({ ledger: 'other.example' }),
    ),
    lateGenesis(late),
    signedByBadge(),
    strangerInGenesis(),
  ]
}

/** A whole log in whose genesis stream something else follows. */
function strangerInGenesis(): Vector {
  const ledger = sampleLedger()
  ledger.append(other('ledger-genesis'))
  return against(
    'chain.ts',
    "stream === 'ledger-genesis' && position !== 0",
    "record.type === 'dev.clyra.ledger.genesis.v1' && position !== 0",
    bad(
      'forged',
      'tiles-stranger-in-genesis-stream',
      'GENESIS_INVALID',
      'A record of another type in ledger-genesis: the lower order, before RESERVED_TYPE.',
      { ledger, tiles: ledger.tiles() },
    ),
  )
}

/** A genesis record that names a badge key beside the ledger's, which alone has signed. */
function signedByBadge(): Vector {
  const badge = testKey('badge')
  const ledger = sampleLedger(DRAFTS(), {
    genesis: (draft) => {
      const data = draft.data as JsonObject // the honest draft's data
      return { ...draft, data: { ...data, keys: [...(data['keys'] as JsonObject[]), keyObject(badge, 'badge')] } }
    },
  })
  return against(
    'signers.ts',
    ".filter(({ purpose }) => purpose === 'ledger')",
    '',
    bad(
      'forged',
      'signature-of-a-badge-in-genesis',
      'SIGNATURE_MISSING',
      'A key of the genesis record that is no ledger key signs alone: it is not known.',
      {
        ledger,
        lies: { checkpoint: () => signedNote(ledger.checkpointText(), [{ name: ledger.origin, key: badge }]) },
      },
    ),
  )
}

/** A ledger that begins with something else; its bundle begins with the genesis record all the same. */
function lateGenesis(ledger: TestLedger): Vector {
  const honest = new TestLedger()
  const record: JsonObject = JSON.parse(new TextDecoder().decode(honest.records[0]!.bytes))
  const { data } = record
  ledger.append({
    stream: 'ledger-genesis',
    type: 'dev.clyra.ledger.genesis.v1',
    data: data ?? null,
    attributes: { prev: '0'.repeat(64) },
  })
  for (const draft of DRAFTS()) ledger.append(draft)
  ledger.appendHeads()
  return bad(
    'forged',
    'genesis-not-at-position-0',
    'GENESIS_INVALID',
    'Line 0 is a genesis record, but of position 1.',
    {
      ledger,
      lies: { positions: (positions) => [1, ...positions.filter((position) => position > 1)] },
    },
  )
}
