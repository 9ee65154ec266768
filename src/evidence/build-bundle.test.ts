import { describe, expect, it } from 'vitest'
import { DEF } from '../../profiles/def/index.js'
import { admit, fromBase64, fromHex, hex, type JsonObject } from '../canonical/index.js'
import { ALGORITHMS, openNote, type Signer, sha256, signerOf, vkey } from '../crypto/index.js'
import { isClyraError } from '../errors/index.js'
import {
  type EncryptedValue,
  type EventData,
  type EventInput,
  encryptValue,
  type Opening,
  openSealed,
  partsOf,
  seal,
  toSeal,
} from '../events/index.js'
import { leafHash, verifyHeadsProof, verifyMultiProof } from '../merkle/index.js'
import type { Vault } from '../ports/index.js'
import { EVIDENCE_SEED, InMemorySource, LEDGER_SEED, ORIGIN, sourcesOf, TIME } from './in-memory-source.test.support.js'
import {
  buildBundle,
  bundleFiles,
  type CollectedEvidence,
  collectEvidence,
  derive,
  NOTHING_SHOWN,
  openingsOf,
  preAuthenticationEncoding,
  type Shown,
} from './index.js'

const SUBJECT = '5f0c2d3e-1a2b-4c3d-8e4f-001122334455'
const SUBJECT_KEY = new Uint8Array(32).fill(9)
const ARTEFACT = new TextEncoder().encode('{"metadata":{}}')
const DIGEST = hex(sha256(ARTEFACT))
const signers = [signerOf('ed25519', EVIDENCE_SEED)]
const started: EventData['dev.clyra.run.started.v2'] = {
  run: 'R',
  tool: 'dbt',
  parent: null,
  subject: SUBJECT,
  capture: 'ingest',
  demonstration: false,
  governance: {
    job_id: null,
    service_id: null,
    pipeline_id: 'p',
    agent_id: null,
    runtime_versions: [],
    schema_versions: [],
  },
  payout: {
    run_id: 'R',
    actor_id: null,
    asset_id: null,
    change_intent: null,
    business_metric_refs: [],
    payout_ref: null,
    currency: null,
  },
  policy: null,
}
const run = (name: string, data: JsonObject): EventInput => ({ type: `dev.clyra.run.${name}`, source: 'dbt', data })
const captured: EventInput = {
  type: 'dev.clyra.artifact.captured.v1',
  source: 'dbt',
  data: { name: 'm', mediaType: 'application/json', sha256: DIGEST, size: String(ARTEFACT.length), invocation: null },
}

async function ledgerWithRun(...more: EventInput[]): Promise<InMemorySource> {
  const source = await InMemorySource.create()
  source.append('run-other', run('started.v2', { ...started, run: 'other' }))
  source.append('run-R', run('started.v2', started), captured)
  source.append('shop-1', { type: 'com.example.sold.v1', source: '/s', data: {} })
  source.append('run-R', ...more, run('closed.v1', { run: 'R' }))
  return source
}

async function refusal(action: Promise<unknown>): Promise<string> {
  try {
    await action
    return 'none'
  } catch (error) {
    if (isClyraError(error)) return error.code
    throw error
  }
}

const json = (files: ReadonlyMap<string, Uint8Array>, name: string) => admit(files.get(name)!) as JsonObject
/** The files with what DEF makes of the evidence. */
const filesOf = (evidence: CollectedEvidence, shown: Partial<Shown> = {}) => {
  const all = { ...NOTHING_SHOWN, ...shown }
  return bundleFiles(evidence, all, derive(DEF, evidence, all))
}
const build = (ledger: InMemorySource, by: readonly Signer[] = signers) => buildBundle(DEF, sourcesOf(ledger, by), 'R')

describe('collectEvidence', () => {
  it('takes the genesis, the complete claimed streams and the heads record, with proofs that hold', async () => {
    const source = await ledgerWithRun()
    const evidence = await collectEvidence(DEF, source, 'R')
    expect(evidence.claims).toEqual(['ledger-keys', 'ledger-redactions', 'run-R'])
    const streams = evidence.records.map((record) => record.event.stream)
    expect(streams).toEqual(['ledger-genesis', 'ledger-keys', 'run-R', 'run-R', 'run-R', 'ledger-heads'])
    const positions = evidence.records.map((record) => record.position)
    const leaves = evidence.records.map((record) => leafHash(record.bytes))
    const { size, root, note } = evidence.checkpoint
    expect(verifyMultiProof(positions, leaves, Number(size), evidence.hashes, root)).toBe(true)
    expect(openNote(note, [vkey(ORIGIN, signerOf('ed25519', LEDGER_SEED))]).verified).toHaveLength(1)
    expect(evidence.paths.map((path) => path.stream)).toEqual(['ledger-heads', ...evidence.claims])
    for (const { stream, head, proof } of evidence.paths) {
      const claim = head === null ? null : { revision: Number(head.revision), leaf: head.leaf }
      expect(verifyHeadsProof(fromHex(evidence.heads.event.data.root), stream, claim, proof)).toBe(true)
    }
  })

  it('writes nothing where the newest sealed heads record already covers the claimed streams', async () => {
    const source = await ledgerWithRun()
    const first = await collectEvidence(DEF, source, 'R')
    source.append('run-other', run('closed.v1', { run: 'other' }))
    const second = await collectEvidence(DEF, source, 'R')
    expect(source.headsCalls).toBe(1)
    expect(second).toEqual(first)
  })

  it('passes over an unsealed heads record, and asks for a new one once a claimed stream has moved on', async () => {
    const source = await ledgerWithRun()
    const { position } = await source.heads()
    const newer = await source.heads()
    source.checkpoints.delete(newer.checkpoint.size)
    expect((await collectEvidence(DEF, source, 'R')).heads.position).toBe(Number(position))
    source.introduce(signerOf('ed25519', new Uint8Array(32).fill(5)))
    expect((await collectEvidence(DEF, source, 'R')).heads.position).toBe(source.records.length - 1)
  })

  it('builds an older bundle again from its heads position, without what came later', async () => {
    const source = await ledgerWithRun()
    const first = await collectEvidence(DEF, source, 'R')
    source.append('run-R', run('gap.v1', { run: 'R', reason: 'log-missing', count: null }))
    await source.heads()
    expect(await collectEvidence(DEF, source, 'R', { headsPosition: first.heads.position })).toEqual(first)
    expect(await refusal(collectEvidence(DEF, source, 'R', { headsPosition: 3 }))).toBe('NOT_SEALED')
  })

  it('refuses a run that is not there', async () => {
    const source = await ledgerWithRun()
    expect(await refusal(collectEvidence(DEF, source, 'nope'))).toBe('RUN_NOT_FOUND')
    expect(await refusal(collectEvidence(DEF, source, '../x'))).toBe('INVALID_STREAM_NAME')
  })
})

describe('bundleFiles', () => {
  it('takes the size of an artefact that two records name from the last of them, as verifiers do', async () => {
    const source = await ledgerWithRun({ ...captured, data: { ...captured.data, size: '16' } })
    const { manifest } = filesOf(await collectEvidence(DEF, source, 'R'))
    expect(manifest.external).toEqual([{ sha256: DIGEST, size: '16' }])
  })

  it('gives a manifest whose every value follows from the records', async () => {
    const source = await ledgerWithRun()
    const evidence = await collectEvidence(DEF, source, 'R')
    const { files, manifest } = filesOf(evidence)
    expect(admit(files.get('manifest.json')!)).toEqual(manifest)
    expect(manifest).toMatchObject({
      format: 'clyra.bundle/0',
      profile: 'def',
      genesis: hex(source.identity),
      origin: ORIGIN,
      size: String(source.records.length),
      run: { id: 'R', completeness: 'complete', reasons: [] },
      completeAsOf: { position: String(source.records.length - 1), recordedat: TIME },
      demonstration: false,
      external: [{ sha256: DIGEST, size: '15' }],
      renderer: { name: DEF.renderer.name, version: DEF.renderer.version },
      governance: started.governance,
      policy: null,
    })
    expect(manifest.projections.map(({ name }) => name)).toEqual(
      partsOf(DEF.projection)
        .map(({ name }) => name)
        .sort(),
    )
    expect(manifest.claims.map(({ stream, head }) => [stream, head?.revision])).toEqual([
      ['ledger-keys', '0'],
      ['ledger-redactions', undefined],
      ['run-R', '2'],
    ])
    expect(manifest.files.map((file) => file.path)).toEqual([
      'heads.json',
      'proof.json',
      'records.jsonl',
      'report.html',
    ])
    for (const { path, size, sha256: digest } of manifest.files) {
      expect([size, digest]).toEqual([String(files.get(path)!.length), hex(sha256(files.get(path)!))])
    }
    const lines = Buffer.from(files.get('records.jsonl')!).toString().split('\n')
    expect(lines.at(-1)).toBe('')
    expect(lines.slice(0, -1)).toEqual(evidence.records.map((record) => Buffer.from(record.bytes).toString()))
    const heads = json(files, 'heads.json') as unknown as { paths: { stream: string; head: unknown }[] }
    expect(heads.paths[0]).toMatchObject({ stream: 'ledger-heads', head: null })
  })

  it('says partial with sorted reasons for gaps, and unknown for a run that was never closed', async () => {
    const gap = (reason: string) => run('gap.v1', { run: 'R', reason, count: null })
    const source = await ledgerWithRun(gap('log-truncated'), gap('log-missing'), gap('log-missing'))
    expect(filesOf(await collectEvidence(DEF, source, 'R')).manifest.run).toEqual({
      id: 'R',
      completeness: 'partial',
      reasons: ['log-missing', 'log-truncated'],
    })
    expect(filesOf(await collectEvidence(DEF, source, 'other')).manifest.run).toEqual({
      id: 'other',
      completeness: 'unknown',
      reasons: ['run-not-closed'],
    })
  })

  it('embeds artefacts that were asked for, and no other bytes', async () => {
    const evidence = await collectEvidence(DEF, await ledgerWithRun(), 'R')
    const { files, manifest } = filesOf(evidence, { embed: new Map([[DIGEST, ARTEFACT]]) })
    expect(files.get(`artifacts/${DIGEST}`)).toEqual(ARTEFACT)
    expect(manifest.external).toEqual([])
    const other = new Map([[DIGEST, new Uint8Array(3)]])
    expect(() => filesOf(evidence, { embed: other })).toThrow(/no longer has that digest/)
    const unnamed = new Map([['0'.repeat(64), ARTEFACT]])
    expect(() => filesOf(evidence, { embed: unnamed })).toThrow(/no record of the run names/)
  })

  it('shows sealed values that the vault can open, and refuses an opening of another place', async () => {
    const sealed = seal(SUBJECT_KEY, {
      id: '01890a5d-ac96-774b-bcce-b302099a8057',
      time: TIME,
      source: 'dbt',
      type: 'dev.clyra.dbt.invocation.started.v1',
      data: {
        voice: 'log',
        invocation: 'i',
        engine: 'dbt-core',
        version: null,
        command: null,
        arguments: toSeal('--vars secret'),
        project: null,
        target: null,
        adapter: null,
        threads: null,
      },
    })
    const source = await ledgerWithRun(sealed.event as EventInput)
    const evidence = await collectEvidence(DEF, source, 'R')
    const openings = await openingsOf(DEF, evidence, vaultWith(sealed.openings))
    expect(openings).toMatchObject([{ pointer: '/data/arguments', value: '--vars secret' }])
    const { files } = filesOf(evidence, { openings })
    const [opened] = admit(files.get('openings.json')!) as [
      { position: string; pointer: string; salt: string; value: string },
    ]
    const record = evidence.records.find((r) => r.position === Number(opened.position))!
    expect(openSealed(record.event, { ...opened, salt: fromHex(opened.salt) })).toBe(true)
    expect(await openingsOf(DEF, evidence, vaultWith(sealed.openings, true))).toEqual([])
    const moved = [{ ...openings[0]!, position: evidence.records[2]!.position }]
    expect(() => filesOf(evidence, { openings: moved })).toThrow(/not of the record/)
  })
})

describe('buildBundle', () => {
  it('gives the same bytes each time, signed by the evidence key over the manifest', async () => {
    const source = await ledgerWithRun()
    const bundle = await build(source)
    expect(await build(source)).toEqual(bundle)
    const files = readZip(bundle.bytes)
    expect([...files.keys()]).toEqual([...files.keys()].sort())
    const envelope = json(files, 'manifest.dsse.json') as unknown as {
      payload: string
      payloadType: string
      signatures: { keyid: string; sig: string }[]
    }
    const payload = fromBase64(envelope.payload)
    const { keyid, sig } = envelope.signatures[0]!
    expect(keyid).toBe(signers[0]!.keyId)
    const message = preAuthenticationEncoding(envelope.payloadType, payload)
    expect(ALGORITHMS.ed25519.verify(fromBase64(sig), message, signers[0]!.publicKey)).toBe(true)
    expect(admit(payload)).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'manifest.json', digest: { sha256: hex(sha256(files.get('manifest.json')!)) } }],
      predicateType: 'https://clyra.dev/evidence/v0',
      predicate: {
        genesis: hex(source.identity),
        origin: ORIGIN,
        size: bundle.manifest.size,
        root: bundle.manifest.root,
        run: 'R',
      },
    })
  })

  it('refuses where the ledger has no valid evidence key, or the signer is not one of them', async () => {
    const none = await InMemorySource.create(false)
    none.append('run-R', run('started.v2', started))
    expect(await refusal(build(none))).toBe('NO_EVIDENCE_KEY')
    const source = await ledgerWithRun()
    const stranger = [signerOf('ed25519', new Uint8Array(32).fill(8))]
    expect(await refusal(build(source, stranger))).toBe('KEY_MISMATCH')
    expect(await refusal(build(source, []))).toBe('NO_EVIDENCE_KEY')
    const data = { id: signers[0]!.keyId, reason: 'retired', compromisedSince: null }
    source.append('ledger-keys', { type: 'dev.clyra.ledger.key.revoked.v1', source: 'clyra', data })
    expect(await refusal(build(source))).toBe('NO_EVIDENCE_KEY')
  })
})

function vaultWith(openings: readonly Opening[], erased = false): Pick<Vault, 'subjectKey' | 'values'> {
  const values: EncryptedValue[] = openings.map((opening) => encryptValue(SUBJECT_KEY, opening))
  return { subjectKey: async () => (erased ? undefined : SUBJECT_KEY), values: async () => values }
}

/** Just enough of a reader for an archive of our own: local headers, one after the other. */
function readZip(archive: Uint8Array): Map<string, Uint8Array> {
  const view = Buffer.from(archive)
  const files = new Map<string, Uint8Array>()
  let at = 0
  while (view.readUInt32LE(at) === 0x04034b50) {
    const size = view.readUInt32LE(at + 18)
    const start = at + 30 + view.readUInt16LE(at + 26)
    files.set(view.toString('latin1', at + 30, start), new Uint8Array(view.subarray(start, start + size)))
    at = start + size
  }
  return files
}
