import { verifyBundle } from '@clyra/verify'
import { expect, test } from 'vitest'
import { canonicalBytes, hex, type JsonObject, parseStrict } from '../canonical/index.js'
import { sha256, signerOf, vkey } from '../crypto/index.js'
import { type EventInput, foldDigests, KEYS_STREAM, type LedgerRecord, type Projection } from '../events/index.js'
import {
  EVIDENCE_SEED,
  InMemorySource,
  LEDGER_SEED,
  ORIGIN,
  sourcesOf,
} from '../evidence/in-memory-source.test.support.js'
import { buildBundle, dsseEnvelope, IN_TOTO_PAYLOAD_TYPE, type Profile, zip } from '../evidence/index.js'
import { logOf } from './in-memory-log.test.support.js'
import { readZip, rebuildBundle, reportOfBundle } from './index.js'

/** How many words a talk has; it rests on other streams, which its records name. */
type Words = Readonly<Record<'words' | 'records', number>>
const said = ({ event }: LedgerRecord) => event.data as JsonObject
const named = (records: readonly LedgerRecord[], member: string) =>
  records.flatMap((record) => said(record)[member] ?? []).map(String)

const talk: Projection<Words, Words> = {
  name: 'talk-words',
  version: 3,
  partition: ({ event }) => event.stream,
  initial: () => ({ words: 0, records: 0 }),
  apply: ({ words, records }, record) => ({
    words: words + String(said(record)['text'] ?? '').split(' ').length,
    records: records + 1,
  }),
  render: (state) => state,
}

const TALK: Profile<Words, Words, { run: { id: string }; talk: Words }> = {
  name: 'talk',
  stream: (id) => `talk-${id}`,
  claims: (id, records) => [KEYS_STREAM, `talk-${id}`, ...named(records, 'restsOn')].sort(),
  smaller: 'shorter talks',
  subject: (records) => named(records, 'speaker')[0],
  artifacts: (records) => named(records, 'slide').map((slide) => ({ name: 'slide', ...slideOf(slide) })),
  projection: talk,
  manifest: (state) => ({ run: { id: '7' }, talk: state }),
  newer: [],
  renderer: {
    name: 'talk-page',
    version: 1,
    render: ({ words }, { embedded }) => `${words} words, ${embedded.length} slides`,
  },
  earlier: [],
}

const slideOf = (text: string) => ({ sha256: hex(sha256(Buffer.from(text))), size: String(text.length) })
const says = (data: JsonObject): EventInput => ({ type: 'com.example.talk.said.v1', source: '/hall', data })
const signers = [signerOf('ed25519', EVIDENCE_SEED)]

async function ledger(): Promise<InMemorySource> {
  const source = await InMemorySource.create()
  source.append('hall-1', says({ text: 'open' }))
  source.append('talk-7', says({ text: 'good morning', speaker: 'subject-1' }), says({ slide: 'first slide' }))
  source.append('hall-2', says({ text: 'closed' }))
  source.append('talk-7', says({ text: 'thank you', restsOn: 'hall-1' }))
  return source
}

const sources = (source: InMemorySource) => ({
  ...sourcesOf(source, signers),
  artifacts: {
    get: async (digest: string) => (digest === slideOf('first slide').sha256 ? Buffer.from('first slide') : undefined),
  },
})

test('a profile of other streams, folds, artefacts and manifest members is built, and built again, by the same code', async () => {
  const source = await ledger()
  const { bytes, manifest } = await buildBundle(TALK, sources(source), '7', { embed: true })
  expect(manifest).toMatchObject({
    profile: 'talk',
    run: { id: '7' },
    talk: { words: 9, records: 7 },
    claims: [{ stream: 'hall-1' }, { stream: KEYS_STREAM }, { stream: 'talk-7' }],
    external: [],
    projections: foldDigests(talk, { words: 9, records: 7 }),
    renderer: { name: 'talk-page', version: 1 },
  })
  expect(manifest).not.toHaveProperty('governance')
  expect([...readZip(bytes).keys()]).toContain(`artifacts/${slideOf('first slide').sha256}`)
  expect(reportOfBundle(TALK, bytes)).toMatchObject({ page: '9 words, 1 slides', same: true })
  const rebuilt = await rebuildBundle(TALK, bytes, logOf(source))
  expect(rebuilt).toMatchObject({ run: '7', difference: null, notRebuilt: [] })
  expect(Buffer.from(rebuilt.archive()).equals(Buffer.from(bytes))).toBe(true)
})

test('its sealed values are opened with the key of the subject that it names', async () => {
  const asked: string[] = []
  const subjectKey = async (subject: string) => void asked.push(subject)
  const vault = { subjectKey, values: async () => [] }
  await buildBundle(TALK, { ...sources(await ledger()), vault }, '7', { open: true })
  expect(asked).toEqual(['subject-1'])
})

test('the verifier refuses a profile that it does not know, and finds every stage that profiles have in common in order', async () => {
  const { bytes, manifest } = await buildBundle(TALK, sources(await ledger()), '7')
  const trust = [vkey(ORIGIN, signerOf('ed25519', LEDGER_SEED))]
  expect(await verifyBundle(bytes, { trust })).toMatchObject({ verdict: 'INVALID', code: 'FORMAT_UNSUPPORTED' })
  // The same bundle under a manifest in the form of DEF: what is refused then is what DEF claims, and nothing before it.
  const { talk: _, ...common } = manifest
  const run = { id: '7', completeness: 'unknown', reasons: [] }
  const performance = { observed: [], unlisted: '0', kept: '0', exceeded: '0' }
  const files = new Map(readZip(bytes))
  const asDef = canonicalBytes({
    ...common,
    profile: 'def',
    run,
    demonstration: false,
    governance: null,
    policy: null,
    payout: null,
    performance,
  })
  const statement = payloadOf(files.get('manifest.dsse.json')!)
  const subject = [{ name: 'manifest.json', digest: { sha256: hex(sha256(asDef)) } }]
  const envelope = await dsseEnvelope(IN_TOTO_PAYLOAD_TYPE, canonicalBytes({ ...statement, subject }), signers)
  const { verdict, checks } = await verifyBundle(
    zip(files.set('manifest.json', asDef).set('manifest.dsse.json', envelope)),
    { trust },
  )
  expect(verdict).toBe('INVALID')
  const stages = [
    'container',
    'json',
    'note',
    'signature',
    'trust',
    'root',
    'multiproof',
    'chain',
    'heads',
    'keys',
    'dsse',
  ]
  expect(checks.filter(({ result }) => result === 'pass').map(({ name }) => name)).toEqual(stages)
  expect(checks.filter(({ result }) => result === 'fail')).toMatchObject([{ name: 'claims', code: 'CLAIM_MISSING' }])
})

function payloadOf(envelope: Uint8Array): JsonObject {
  const { payload } = parseStrict(envelope) as { payload: string }
  return parseStrict(Buffer.from(payload, 'base64')) as JsonObject
}
