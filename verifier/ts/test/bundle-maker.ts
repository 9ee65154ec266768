import { writeArchive } from '../src/archive.js'
import { base64, concatBytes, hex, utf8 } from '../src/bytes.js'
import { canonicalBytes } from '../src/canonical.js'
import { preAuthEncoding } from '../src/dsse.js'
import { admit, type JsonObject, type JsonValue } from '../src/json.js'
import { performanceOf } from '../src/performance.js'
import { type LogRecord, readRecord } from '../src/record.js'
import { dataOf } from '../src/record-data.js'
import { linksOf, profileOf, runStart } from '../src/run-start.js'
import { runStory } from '../src/run-story.js'
import { sha256 } from '../src/sha256.js'
import { headsPath, type MadeRecord, type TestKey, type TestLedger, testKey } from './ledger-maker.js'

type Change<T> = (value: T) => T

/** Each step of making a bundle can be changed; what comes after it is made honestly from the changed value. */
export interface Lies {
  readonly positions?: Change<number[]>
  readonly lines?: Change<Uint8Array[]>
  /** The streams that are claimed, with records and paths. */
  readonly streams?: Change<string[]>
  readonly claims?: Change<JsonObject[]>
  readonly proof?: Change<JsonObject>
  readonly heads?: Change<JsonObject>
  readonly openings?: readonly JsonObject[]
  readonly embed?: readonly Uint8Array[]
  readonly listed?: Change<Map<string, Uint8Array>>
  readonly manifest?: Change<JsonObject>
  readonly manifestBytes?: Change<Uint8Array>
  readonly statement?: Change<JsonObject>
  readonly payload?: Change<Uint8Array>
  readonly payloadType?: string
  readonly signers?: readonly TestKey[]
  readonly envelope?: Change<JsonObject>
  readonly checkpoint?: Change<Uint8Array>
  /** All files, just before they are packed. */
  readonly files?: Change<Map<string, Uint8Array>>
}

export const evidenceKey = testKey('evidence')
const same = <T>(value: T): T => value

export const claimOf = (stream: string, head: JsonValue): JsonObject => ({
  stream,
  kind: head === null ? 'absent' : 'complete',
  head,
})

/** The files of a bundle for `run`; the ledger must end in a heads record. */
export function bundleFiles(ledger: TestLedger, run: string, lies: Lies = {}): Map<string, Uint8Array> {
  const { records } = ledger
  const size = records.length
  const runStream = `run-${run}`
  const told = recordsOf(ledger, runStream)
  const required = [runStream, 'ledger-keys', 'ledger-redactions', ...linksOf(told).linked]
  const streams = (lies.streams ?? same)(required).sort()
  const wanted = records.flatMap(({ stream }, i) =>
    i === 0 || i === size - 1 || (streams.includes(stream) && i < size - 1) ? [i] : [],
  )
  const positions = (lies.positions ?? same)(wanted)
  const lines = (lies.lines ?? same)(positions.map((position) => records[position]!.bytes))
  const headOf = (stream: string) => lastOf(records.slice(0, -1), stream)
  const claims = streams.map((stream): JsonObject => {
    const head = headOf(stream)
    return claimOf(stream, head && { revision: String(head.revision), leaf: hex(head.leaf) })
  })
  const last = records.at(-1)!
  // The heads record itself is not part of the map that it states.
  const map = ledger.headsMap(size - 1)
  const listed = new Map<string, Uint8Array>()
  listed.set('records.jsonl', concatBytes(...lines.flatMap((line) => [line, utf8('\n')])))
  const proof = { positions: positions.map(String), hashes: ledger.multiProof(positions).map(hex), size: String(size) }
  listed.set('proof.json', canonicalBytes((lies.proof ?? same<JsonObject>)(proof)))
  const heads = {
    root: hex(map.root()),
    position: String(size - 1),
    paths: [...streams, 'ledger-heads'].sort().map((stream) => headsPath(stream, headOf(stream), map.prove(stream))),
  }
  listed.set('heads.json', canonicalBytes((lies.heads ?? same<JsonObject>)(heads)))
  if (lies.openings !== undefined) listed.set('openings.json', canonicalBytes([...lies.openings]))
  for (const bytes of lies.embed ?? []) listed.set(`artifacts/${hex(sha256(bytes))}`, bytes)
  listed.set('report.html', utf8('<!doctype html><title>A report that proves nothing</title>\n'))
  const files = (lies.listed ?? same)(listed)
  const facts = factsOf(told, new Set((lies.embed ?? []).map((bytes) => hex(sha256(bytes)))))
  const manifest: JsonObject = {
    format: 'clyra.bundle/0',
    profile: facts.profile,
    genesis: hex(ledger.genesis),
    origin: ledger.origin,
    size: String(size),
    root: hex(ledger.root()),
    run: { id: run, ...facts.run },
    completeAsOf: { position: String(size - 1), recordedat: last.recordedat },
    demonstration: facts.demonstration,
    claims: (lies.claims ?? same)(claims),
    files: [...files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, bytes]) => ({ path, size: String(bytes.length), sha256: hex(sha256(bytes)) })),
    external: facts.external,
    projections: [{ name: 'run', version: 1, digest: hex(sha256(utf8('state'))) }],
    governance: facts.governance,
    policy: facts.policy,
    payout: facts.payout,
    performance: performanceOf(told),
  }
  const manifestBytes = (lies.manifestBytes ?? same)(canonicalBytes((lies.manifest ?? same<JsonObject>)(manifest)))
  files.set('manifest.json', manifestBytes)
  files.set('manifest.dsse.json', signManifest(manifestBytes, lies))
  files.set('checkpoint', (lies.checkpoint ?? same)(ledger.checkpoint()))
  return (lies.files ?? same)(files)
}

export const bundle = (ledger: TestLedger, run: string, lies: Lies = {}): Uint8Array =>
  writeArchive(bundleFiles(ledger, run, lies))

function signManifest(manifestBytes: Uint8Array, lies: Lies): Uint8Array {
  const { genesis, origin, size, root, run } = readable(manifestBytes)
  const statement = (lies.statement ?? same<JsonObject>)({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'manifest.json', digest: { sha256: hex(sha256(manifestBytes)) } }],
    predicateType: 'https://clyra.dev/evidence/v0',
    predicate: { genesis: genesis ?? '', origin: origin ?? '', size: size ?? '', root: root ?? '', run: idOf(run) },
  })
  const payload = (lies.payload ?? same)(canonicalBytes(statement))
  const payloadType = lies.payloadType ?? 'application/vnd.in-toto+json'
  const message = preAuthEncoding('application/vnd.in-toto+json', payload)
  const signatures = (lies.signers ?? [evidenceKey]).map((key) => ({
    keyid: key.id,
    sig: base64(key.sign(message)),
  }))
  return canonicalBytes((lies.envelope ?? same<JsonObject>)({ payload: base64(payload), payloadType, signatures }))
}

/** A manifest that lies about its own form still gets signed; the statement then has empty fields. */
function readable(manifestBytes: Uint8Array): JsonObject {
  try {
    return admit(manifestBytes) as JsonObject // the maker only writes objects
  } catch {
    return {}
  }
}

const idOf = (run: JsonValue | undefined): string =>
  typeof run === 'object' && run !== null && !Array.isArray(run) ? String(run['id']) : ''

function lastOf(records: readonly MadeRecord[], stream: string): MadeRecord | null {
  return records.findLast((record) => record.stream === stream) ?? null
}

function recordsOf(ledger: TestLedger, stream: string): LogRecord[] {
  const run: LogRecord[] = []
  for (const { bytes, stream: of } of ledger.records) {
    if (of !== stream) continue
    try {
      run.push(readRecord(bytes, {}))
    } catch {
      // A record that is malformed on purpose tells nothing about the run.
    }
  }
  return run
}

function factsOf(run: readonly LogRecord[], embedded: ReadonlySet<string>) {
  const started = runStart(run)
  const profile = profileOf(started, run)
  const captured = run.flatMap((record) => dataOf(record, 'dev.clyra.artifact.captured.v1') ?? [])
  const { completeness, reasons } = runStory(run, profile)
  return {
    profile,
    run: { completeness, reasons: [...reasons] },
    demonstration: started?.demonstration ?? false,
    governance: started?.governance ?? null,
    policy: started?.policy ?? null,
    payout: started?.payout ?? null,
    external: captured
      .filter(({ sha256 }) => !embedded.has(sha256))
      .map(({ sha256, size }): JsonObject => ({ sha256, size: String(size) }))
      .sort((a, b) => (String(a['sha256']) < String(b['sha256']) ? -1 : 1)),
  }
}
