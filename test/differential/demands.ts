import { createHash } from 'node:crypto'
import { writeArchive } from '../../verifier/ts/src/archive.js'
import type { JsonObject } from '../../verifier/ts/src/json.js'
import { bundle } from '../../verifier/ts/test/bundle-maker.js'
import { TestLedger } from '../../verifier/ts/test/ledger-maker.js'
import { ARTIFACT, other, RUN, SALT } from '../../verifier/ts/test/sample-ledger.js'
import type { KeyRecords, VectorOptions } from '../../verifier/ts/test/vectors/index.js'
import { keyRecordsOf } from '../../verifier/ts/test/vectors/key-records.js'
import { PINNED } from '../../verifier/ts/test/vectors/vector.js'
import type { Random } from '../fuzz/engine/random.js'
import { keyChange } from './base-by-chance.js'
import { type Honest, ledgerOf, retired } from './bases.js'
import { type Made, stranger, type Way } from './mutant.js'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

function demands(honest: Honest, random: Random): Made {
  const demand = () => random.pick(OF_CALLERS)(honest, random)
  const asked = { ...PINNED(honest.ledger), ...demand(), ...(random.below(3) === 0 && demand()) }
  return { archive: writeArchive(new Map(honest.files)), options: asked }
}

/** A ledger of the same origin and key that is another one. */
const foreignOf = ({ steps }: Honest) =>
  ledgerOf(steps, (step, i) =>
    i === -1 ? { ...step, data: { ...(step.data as JsonObject), nonce: '1'.repeat(64) } } : step,
  )

const OF_CALLERS: readonly ((honest: Honest, random: Random) => VectorOptions)[] = [
  (_, random) => ({ run: random.pick([RUN, 'other', '']) }),
  ({ ledger }, random) => ({ origin: random.pick([ledger.origin, 'other.example']) }),
  ({ ledger }, random) => ({
    genesis: random.pick([Buffer.from(ledger.genesis).toString('hex'), '0'.repeat(64)]),
  }),
  ({ ledger }, random) => ({ minSize: String(ledger.records.length - 1 + random.below(3)) }),
  (_, random) => ({ maxAge: random.pick([0, 1, 86_000, 86_400, 10 ** 9]) }),
  (_, random) => ({
    maxAge: 60,
    now: random.pick(['2024-12-31T23:00:00Z', '2025-01-01T00:00:09.999Z', '2025-01-01T00:01:00Z']),
  }),
  (_, random) => ({
    requireArtifacts: true,
    ...(random.below(2) === 0 && {
      artifacts: { [createHash('sha256').update(ARTIFACT).digest('hex')]: base64(random.pick([ARTIFACT, SALT])) },
    }),
  }),
  () => ({ requireCompleteRun: true }),
  () => ({ requireWarehouse: true }),
  ({ ledger }, random) => ({
    trust: random.pick([
      [],
      [{ vkey: ledger.vkey, genesis: '0'.repeat(64) }],
      [{ vkey: ledger.vkey }, { vkey: ledger.vkey, genesis: '0'.repeat(64) }],
      [{ vkey: STRANGER }],
      [{ vkey: 'x' }],
    ]),
  }),
  (honest, random) => ({
    checkpoints: [base64((random.below(2) === 0 ? honest.ledger : foreignOf(honest)).checkpoint())],
  }),
  ({ ledger }, random) => ({ checkpoints: [base64(ledger.checkpoint(1 + random.below(ledger.records.length)))] }),
  () => ({ checkpoints: ['AAAA'] }),
  ...Array.from({ length: 3 }, () => laterKeys),
]
const STRANGER = new TestLedger({ key: stranger }).vkey

/** What became of the keys: the ledger has gone on, and its keys have changed; or it is older, another, or none. */
function laterKeys(honest: Honest, random: Random): VectorOptions {
  const later = ledgerOf([
    ...honest.steps,
    ...Array.from({ length: random.below(3) }, (_, n) => (random.below(2) === 0 ? keyChange(random) : other('x-c', n))),
    'heads',
  ])
  const sources: readonly (() => string | KeyRecords)[] = [
    () => base64(bundle(later, RUN, random.pick([honest.lies, { signers: [retired] }]))),
    () => base64(writeArchive(new Map(honest.files))),
    () => keyRecordsOf(later),
    () => keyRecordsOf(foreignOf(honest)),
    () => cutAt(keyRecordsOf(later), random.pick([3, 99])),
    () => spoiledRecords(keyRecordsOf(later), random),
    () => 'AAAA',
  ]
  return {
    keys: Array.from({ length: 1 + random.below(2) }, () => random.pick(sources)()),
    ...(random.below(2) === 0 && { checkpoints: [base64(later.checkpoint())] }),
  }
}

/** Key records that may be none. */
function spoiledRecords({ size, records }: KeyRecords, random: Random): KeyRecords {
  const at = random.below(records.length)
  const position = String(random.pick([0, Number(size), Number(records[at]?.position) + 1]))
  return random.pick<KeyRecords>([
    { size: random.pick(['0', '1', '3']), records },
    { size, records: records.filter((_, i) => i !== at) },
    { size, records: records.toReversed() },
    { size, records: [...records, ...records.slice(at)] },
    { size, records: records.map((record, i) => (i === at ? { ...record, position } : record)) },
  ])
}

/** Key records up to another size. */
const cutAt = ({ records }: KeyRecords, size: number): KeyRecords => ({
  size: String(size),
  records: records.filter(({ position }) => Number(position) < size),
})

/** What a caller asks of an honest bundle. */
export const DEMANDS: Way = { how: 'what is asked', weight: 22, signed: true, make: demands }
