import type { JsonObject } from '../../src/json.js'
import { evidenceKey } from '../bundle-maker.js'
import { edit } from '../edit-json.js'
import { type Draft, keyObject, type TestLedger, testKey } from '../ledger-maker.js'
import {
  captured,
  closed,
  DRAFTS,
  exited,
  gap,
  link,
  observed,
  other,
  RUN,
  sampleLedger,
  sealed,
  started,
} from '../sample-ledger.js'
import { against, bad, good, type Vector } from './vector.js'

/** Runs of either profile, and the keys that a second version of their introduction knows. */
export function profileVectors(): Vector[] {
  return [...pefVectors(), ...swappedVectors(), ...keyVectors()]
}

const event = (name: string): Draft => ({ stream: `run-${RUN}`, type: `org.example.agent.${name}.v1`, data: { name } })
const agent = (...drafts: Draft[]) => sampleLedger([started({ tool: 'agent', capture: 'library' }), ...drafts])
const session = () =>
  agent(link('approval-1'), event('asked'), event('answered'), captured(), observed('agent.tool-call'), closed())
const pef = (vector: Vector): Vector => ({ ...vector, profile: 'pef' })

function pefVectors(): Vector[] {
  const told = (vector: Vector, changes: Partial<NonNullable<Vector['run']>> = {}): Vector => ({
    ...vector,
    run: { ...run, ...changes },
  })
  const run: NonNullable<Vector['run']> = {
    id: RUN,
    completeness: 'complete',
    reasons: [],
    outcome: 'unknown',
    voices: null,
  }
  return [
    told(good('pef-agent', 'The session of an agent.', session())),
    told(good('pef-exited', 'The session of an agent that ended well.', agent(exited(0), closed())), {
      outcome: 'succeeded',
    }),
    told(good('pef-killed', 'The session of an agent that was killed.', agent(event('asked'))), {
      completeness: 'unknown',
      reasons: ['run-not-closed'],
    }),
    told(good('pef-gap', 'A session with a gap.', agent(gap('client-ended-early'), closed())), {
      completeness: 'partial',
      reasons: ['client-ended-early'],
    }),
    good('pef-other', 'The tool other, and nothing of dbt: a run of PEF.', sampleLedger([started({ tool: 'other' })])),
    good('pef-tool-of-tomorrow', 'A tool that no list has.', sampleLedger([started({ tool: 'a-new-tool' })])),
    bad('negative', 'pef-warehouse-demanded', 'WAREHOUSE_NOT_ASKED', 'A warehouse is asked for where there is none.', {
      ledger: session(),
      options: { requireWarehouse: true },
    }),
    bad('negative', 'pef-without-kinds', 'MANIFEST_MALFORMED', 'A bundle of PEF in the form of before.', {
      ledger: agent(closed()),
      lies: {
        manifest: edit({
          '/claims/0/kind': undefined,
          '/claims/1/kind': undefined,
          '/claims/2/kind': undefined,
          '/payout': undefined,
          '/performance': undefined,
        }),
      },
    }),
  ].map(pef)
}

function swappedVectors(): Vector[] {
  const as = (profile: string) => ({ manifest: edit({ '/profile': profile }) })
  const otherWithDbt = sampleLedger([started({ tool: 'other' }), sealed(), closed()])
  return [
    good('other-with-dbt', 'The tool other, and a record of dbt: a run of DEF.', otherWithDbt),
    pef(
      bad('forged', 'profile-pef-for-def', 'PROFILE_MISMATCH', 'A run of dbt that is handed out as PEF.', {
        lies: as('pef'),
      }),
    ),
    bad('forged', 'profile-def-for-pef', 'PROFILE_MISMATCH', 'The session of an agent that is handed out as DEF.', {
      ledger: session(),
      lies: as('def'),
    }),
    pef(
      bad('forged', 'profile-pef-of-other-with-dbt', 'PROFILE_MISMATCH', 'Records of dbt under PEF.', {
        ledger: otherWithDbt,
        lies: as('pef'),
      }),
    ),
    pef(
      against(
        'run-start.ts',
        "if (start === undefined) return 'def'",
        "if (start === undefined) return 'pef'",
        bad('forged', 'profile-pef-without-start', 'PROFILE_MISMATCH', 'A run without a start is none of PEF.', {
          ledger: sampleLedger([event('asked'), closed()]),
          lies: as('pef'),
        }),
      ),
    ),
  ]
}

const receipts = testKey('receipts')

function keyVectors(): Vector[] {
  const introducing = (version: number, key: JsonObject) => (ledger: TestLedger) =>
    void ledger.append({
      stream: 'ledger-keys',
      type: `dev.clyra.ledger.key.introduced.v${version}`,
      data: { key, replaces: null },
    })
  const withKey = (version: number, key: JsonObject): TestLedger => {
    const ledger = sampleLedger()
    introducing(version, key)(ledger)
    ledger.appendHeads()
    return ledger
  }
  const ofBefore = (): TestLedger => {
    const ledger = sampleLedger([...DRAFTS().slice(0, 1)])
    introducing(1, keyObject(testKey('evidence 2'), 'evidence'))(ledger)
    ledger.appendHeads()
    return ledger
  }
  const refused = (name: string, shows: string, version: number, key: JsonObject) =>
    bad('negative', name, 'RECORD_DATA_INVALID', shows, { ledger: withKey(version, key) })
  return [
    good('key-of-version-1', 'A key that was introduced in version 1 signs.', ofBefore(), {
      signers: [testKey('evidence 2')],
    }),
    good('key-receipt', 'A key for receipts is introduced.', withKey(2, keyObject(receipts, 'receipt'))),
    bad('forged', 'key-receipt-signs-manifest', 'KEY_WRONG_PURPOSE', 'A key for receipts signs a manifest.', {
      ledger: withKey(2, keyObject(receipts, 'receipt')),
      lies: { signers: [receipts] },
    }),
    bad('forged', 'key-in-both-versions', 'KEY_REUSED', 'One key, introduced in either version.', {
      ledger: withKey(1, keyObject(evidenceKey, 'evidence')),
    }),
    refused('key-receipt-of-version-1', 'Version 1 knows no receipts.', 1, keyObject(receipts, 'receipt')),
    refused('key-purpose-of-tomorrow', 'A purpose that no list has.', 2, keyObject(receipts, 'payment')),
    bad('forged', 'key-version-2-elsewhere', 'RESERVED_TYPE', 'A key is introduced in a stream of the run.', {
      ledger: sampleLedger([
        started(),
        {
          ...other(`run-${RUN}`),
          type: 'dev.clyra.ledger.key.introduced.v2',
          data: { key: keyObject(receipts, 'receipt'), replaces: null },
        },
      ]),
    }),
  ]
}
