import { bundleFiles, evidenceKey, type Lies } from '../../verifier/ts/test/bundle-maker.js'
import { type Draft, keyObject, type TestKey, TestLedger, testKey } from '../../verifier/ts/test/ledger-maker.js'
import { p256Key } from '../../verifier/ts/test/p256-key.js'
import { rsaTestKey } from '../../verifier/ts/test/rsa-key.js'
import {
  ARTIFACT,
  captured,
  closed,
  DRAFTS,
  exited,
  gap,
  link,
  node,
  observed,
  other,
  RUN,
  reread,
  SALT,
  SEALED_VALUE,
  SUBJECT,
  sealed,
  started,
} from '../../verifier/ts/test/sample-ledger.js'

/** One step of making a ledger: a record, or a heads record over all that came before. */
export type Step = Draft | 'heads'

/** An honest ledger, as the steps that make it, and what its bundle shows beside the records. */
export interface Base {
  readonly name: string
  readonly steps: readonly Step[]
  readonly lies: Lies
  /** Evidence keys that may sign its manifest; absent: the one that all ledgers have. */
  readonly signers?: readonly TestKey[]
}

const APPROVAL = 'approval-1'

/** The key of every ledger here. */
export const LEDGER_KEY = testKey('ledger')
export const retired = testKey('evidence of last year')
export const p256 = p256Key('evidence')
export const rsa = rsaTestKey(3072)

export const introduction = (key: TestKey, purpose = 'evidence', replaces: string | null = null): Draft => ({
  stream: 'ledger-keys',
  type: `dev.clyra.ledger.key.introduced.v${key.alg === undefined && purpose !== 'receipt' ? 1 : 2}`,
  data: { key: keyObject(key, purpose), replaces },
})
export const revocation = (key: TestKey, reason: string, compromisedSince: string | null = null): Draft => ({
  stream: 'ledger-keys',
  type: 'dev.clyra.ledger.key.revoked.v1',
  data: { id: key.id, reason, compromisedSince },
})
const withKeys = (...drafts: readonly Draft[]): Step[] => [
  introduction(retired),
  introduction(evidenceKey),
  'heads',
  revocation(retired, 'superseded'),
  ...drafts,
  'heads',
]
const ofRun = (type: string, data: Draft['data']): Draft => ({ stream: `run-${RUN}`, type, data })
const opening = (drafts: readonly Draft[]) => ({
  position: String(5 + drafts.findIndex(({ attributes }) => attributes?.['id'] !== undefined)),
  pointer: '/data/text',
  salt: Buffer.from(SALT).toString('hex'),
  value: SEALED_VALUE,
})

/** Every kind of run that a bundle can be about. */
export const BASES: readonly Base[] = [
  { name: 'dbt', steps: withKeys(...DRAFTS()), lies: { openings: [opening(DRAFTS())] } },
  { name: 'embedded', steps: withKeys(started(), captured(), other(), closed()), lies: { embed: [ARTIFACT] } },
  {
    name: 'killed',
    steps: withKeys(started(), node('log', 'success'), exited(null, 'SIGKILL'), gap('wrapper-killed')),
    lies: {},
  },
  {
    name: 'read again',
    steps: withKeys(started(), gap('log-missing'), closed(), reread(['log']), node('claim', 'success'), closed()),
    lies: {},
  },
  {
    name: 'linked',
    steps: withKeys(other(APPROVAL), started(), link(APPROVAL), link('killswitch-all'), other(APPROVAL, 1), closed()),
    lies: {},
  },
  {
    name: 'of an agent',
    steps: withKeys(started({ tool: 'agent' }), observed('agent.session'), sealed(), closed()),
    lies: {},
  },
  {
    name: 'of a gateway',
    steps: withKeys(
      other(APPROVAL),
      started({ tool: 'gateway' }),
      link(APPROVAL),
      ofRun('dev.clyra.receipt.issued.v1', { receipt: 'r1', approval: APPROVAL }),
      ofRun('dev.clyra.window.closed.v1', { records: '3', next: null, runs: [] }),
      closed(),
      ofRun('dev.clyra.verdict.given.v1', { result: 'clean' }),
    ),
    lies: {},
  },
  {
    name: 'of other algorithms',
    steps: withKeys(introduction(p256), started(), closed(), introduction(rsa)),
    lies: { signers: [p256] },
    signers: [p256, rsa],
  },
  {
    name: 'erased',
    steps: withKeys(started(), sealed(), closed(), {
      stream: 'ledger-redactions',
      type: 'dev.clyra.ledger.redacted.v1',
      data: { subject: SUBJECT, reason: 'erasure-request' },
    }),
    lies: {},
  },
]

/** The ledger of some steps. `change` may replace each, or leave it out. */
export function ledgerOf(steps: readonly Step[], change: (step: Draft, i: number) => Draft | undefined = (one) => one) {
  const ledger = new TestLedger({ key: LEDGER_KEY, genesis: (draft) => change(draft, -1) ?? draft })
  for (const [i, step] of steps.entries()) {
    const draft: Draft =
      step === 'heads'
        ? {
            stream: 'ledger-heads',
            type: 'dev.clyra.ledger.heads.v1',
            data: { size: String(ledger.records.length), root: Buffer.from(ledger.headsMap().root()).toString('hex') },
          }
        : step
    const changed = change(draft, i)
    if (changed !== undefined) ledger.append(changed)
  }
  return ledger
}

/** The honest ledger of a base and the files of its bundle. */
export interface Honest extends Base {
  readonly ledger: TestLedger
  readonly files: ReadonlyMap<string, Uint8Array>
}

export const HONEST: readonly Honest[] = BASES.map((base) => {
  const ledger = ledgerOf(base.steps)
  return { ...base, ledger, files: bundleFiles(ledger, RUN, base.lies) }
})

/** Words of the formats, which a mutator of bytes puts in. */
export const WORDS = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    'null',
    'true',
    '\\u0000',
    '\\ud800',
    '\u2014 ',
    '\n',
    '\n\n',
    '=',
    '-0',
    '1e9',
  ],
  ...[
    'run-',
    'ledger-keys',
    'ledger-heads',
    'manifest.json',
    'records.jsonl',
    'checkpoint',
    '../',
    'PK\u0001\u0002',
    'PK\u0003\u0004',
  ],
  ...[
    'vectors.clyra.internal',
    'ed25519',
    'evidence',
    'dev.clyra.ledger.',
    'recordedat',
    'clyra.bundle/0',
    '"kind":"absent"',
  ],
]
