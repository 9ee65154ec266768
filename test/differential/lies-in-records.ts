import { canonicalBytes } from '../../verifier/ts/src/canonical.js'
import type { JsonObject, JsonValue } from '../../verifier/ts/src/json.js'
import { evidenceKey } from '../../verifier/ts/test/bundle-maker.js'
import type { Draft } from '../../verifier/ts/test/ledger-maker.js'
import type { Random } from '../fuzz/engine/random.js'
import { type Honest, p256, rsa } from './bases.js'
import { editValue } from './edit-value.js'
import { json, lying, ofSteps, stranger, type Way } from './mutant.js'

const ATTRIBUTES = [
  'id',
  'source',
  'type',
  'time',
  'ledger',
  'stream',
  'revision',
  'prev',
  'submitter',
  'recordedat',
  'specversion',
  'subject',
]

function attribute(honest: Honest, random: Random): Uint8Array {
  const at = random.below(honest.steps.length + 1) - 1
  const name = random.pick(ATTRIBUTES)
  const twin = honest.ledger.records[random.below(honest.ledger.records.length)]!
  const event = json(twin.bytes)
  const value = random.pick<JsonValue | undefined>([
    event[name],
    undefined,
    editValue<JsonValue>(event[name] ?? 'x', random),
    '0',
    'run-other',
    'ledger-keys',
    'dev.clyra.ledger.unknown.v1',
    '2030-01-01T00:00:00.000Z',
    '2000-01-01T00:00:00.000Z',
    '0'.repeat(64),
  ])
  return ofSteps(honest, (step, i) =>
    i === at ? { ...step, attributes: { ...step.attributes, [name]: value } } : step,
  )
}

/** An attribute that is one in its form, and does not fit where it stands. */
function misplaced(honest: Honest, random: Random): Uint8Array {
  const { records } = honest.ledger
  const at = random.below(honest.steps.length)
  const twin = random.pick(records)
  const hash = Buffer.from(random.pick([twin.leaf, honest.ledger.root()])).toString('hex')
  const wrong = random.pick<Readonly<Record<string, string>>>([
    { revision: String(random.below(5)) },
    { prev: hash },
    { stream: random.pick(records).stream },
    { stream: 'ledger-other' },
    { id: twin.id },
    { recordedat: random.pick(['2024-12-31T23:59:59.999Z', '2025-01-01T00:00:02.000Z', '2025-06-01T00:00:00.000Z']) },
    { ledger: 'other.example' },
    { type: random.pick(['dev.clyra.ledger.unknown.v1', 'org.example.thing.happened.v1']) },
  ])
  return ofSteps(honest, (step, i) => (i === at ? { ...step, attributes: { ...step.attributes, ...wrong } } : step))
}

/** A heads record of another size, root or place. */
function headsRecord(honest: Honest, random: Random): Uint8Array {
  const last = honest.steps.length - 1
  const at = random.below(3) === 0 ? honest.steps.indexOf('heads') : last
  const other = random.pick(honest.ledger.records)
  return ofSteps(honest, (step, i) => {
    if (i !== at) return step
    const { size, root } = step.data as { size: string; root: string } // those of a heads record
    return random.pick<Draft>([
      { ...step, data: { size: String(Number(size) - 1 + random.below(3)), root } },
      { ...step, data: { size, root: Buffer.from(other.leaf).toString('hex') } },
      { ...step, attributes: { revision: String(random.below(4)) } },
      { ...step, attributes: { prev: Buffer.from(other.leaf).toString('hex') } },
    ])
  })
}

/** Data of a record of the ledger's own, or of the run, that say something else. */
const data = (honest: Honest, random: Random, wanted: (draft: Draft) => boolean) => {
  const chosen = honest.steps.flatMap((step, i) => (step !== 'heads' && wanted(step) ? [i] : []))
  const at = random.pick(chosen)
  return ofSteps(honest, (step, i) => (i === at ? { ...step, data: editValue(step.data, random) } : step))
}

/** A record of keys that breaks a rule of keys, in the form of a good one. */
function keyRecord(honest: Honest, random: Random): Uint8Array {
  const records = honest.steps.flatMap((step, i) => (step !== 'heads' && step.stream === 'ledger-keys' ? [i] : []))
  const at = random.pick(records)
  const other = honest.steps[random.pick(records)] as Draft // none of these is a heads record
  const edit = (value: JsonValue): JsonValue => {
    const copy = structuredClone(value) as JsonObject // data of key records are objects
    const key = copy['key'] as JsonObject | undefined
    const place = key !== undefined && random.below(3) > 0 ? key : copy
    const name = random.pick(Object.keys(place))
    const id = random.pick([evidenceKey.id, stranger.id, '0'.repeat(64), String(place[name])])
    const values: Readonly<Record<string, readonly JsonValue[]>> = {
      id: [id],
      purpose: ['ledger', 'evidence', 'attestation', 'badge', 'receipt'],
      public: [
        '0'.repeat(64),
        `01${'0'.repeat(62)}`,
        'f'.repeat(64),
        Buffer.from(random.pick([stranger, p256, rsa]).publicKey).toString('hex'),
      ],
      replaces: [id, null],
      reason: ['compromised', 'retired', 'superseded'],
      compromisedSince: ['0', '3', '99', null],
      alg: ['ed25519', 'ecdsa-p256-sha256', 'rsa-pss-3072-sha256'],
      type: [1, 2, 255],
    }
    place[name] = random.pick(values[name] ?? [null])
    return copy
  }
  return ofSteps(honest, (step, i) => {
    if (i !== at) return step
    return random.below(4) === 0 ? { ...step, type: other.type, data: other.data } : { ...step, data: edit(step.data) }
  })
}

function lines(honest: Honest, random: Random): Uint8Array {
  return lying(honest, {
    lines: (all) => {
      const at = random.below(all.length)
      const other = random.below(all.length)
      const line = all[at]!
      return random.pick([
        all.filter((_, i) => i !== at),
        [...all.slice(0, at), line, ...all.slice(at)],
        all.map((one, i) => (i === at ? all[other]! : i === other ? line : one)),
        all.map((one, i) => (i === at ? canonicalBytes(editValue(json(one), random)) : one)),
      ])
    },
  })
}

const ofKeys = ({ stream }: Draft) => stream === 'ledger-keys'
const ofRun = ({ stream }: Draft) => stream.startsWith('run-')

/** A record is another, and all that follows from the records is made honestly. */
export const RECORDS: readonly Way[] = [
  { how: 'lines of records', weight: 6, signed: true, make: lines },
  { how: 'an attribute of a record', weight: 3, signed: true, make: attribute },
  { how: 'data of the run', weight: 2, signed: true, make: (honest, random) => data(honest, random, ofRun) },
  { how: 'an attribute out of place', weight: 14, signed: true, make: misplaced },
  { how: 'a heads record', weight: 5, signed: true, make: headsRecord },
  { how: 'data of keys', weight: 3, signed: true, make: (honest, random) => data(honest, random, ofKeys) },
  { how: 'a rule of keys', weight: 22, signed: true, make: keyRecord },
]
