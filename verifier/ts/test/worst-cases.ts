import { writeArchive } from '../src/archive.js'
import { base64, concatBytes, hex, utf8 } from '../src/bytes.js'
import type { JsonObject } from '../src/json.js'
import { sha256 } from '../src/sha256.js'
import { bundleFiles, claimOf, type Lies } from './bundle-maker.js'
import { keyObject, signatureLine, type TestLedger, testKey } from './ledger-maker.js'
import { other, RUN, sampleLedger, started } from './sample-ledger.js'

/** Evidence that is hostile to time: one list of it as long as asked for, or as long as its limit allows. */
export interface WorstCase {
  readonly list: string
  readonly evidence: Uint8Array | ReadonlyMap<string, Uint8Array>
}

/** One case for each list of each document; `length` is how many elements the lists without a limit get. */
export function worstCases(length: number): WorstCase[] {
  const ledger = sampleLedger()
  const numbers = Array.from({ length }, (_, i) => i)
  const digests = numbers.map((n) => n.toString(16).padStart(64, '0'))
  const bundle = (list: string, lies: Lies, of: TestLedger = ledger): WorstCase => ({
    list,
    evidence: writeArchive(bundleFiles(of, RUN, lies)),
  })
  const manifest = (list: string, changes: JsonObject) =>
    bundle(list, { manifest: (honest) => ({ ...honest, ...changes }) })
  const streams = numbers.map((n) => `run-${String(n).padStart(8, '0')}`)
  const text = ledger.checkpointText()
  const knownLine = utf8(signatureLine(ledger.origin, ledger.ledgerKey, text))
  const absent = streams.map((stream): JsonObject => ({ stream, head: null, siblings: [], other: null }))
  return [
    bundle('lines of one known key', {
      checkpoint: () => concatBytes(utf8(`${text}\n`), ...Array(100).fill(knownLine)),
    }),
    bundle('signatures of the envelope', {
      envelope: ({ signatures, ...rest }) => ({ ...rest, signatures: Array(64).fill((signatures as JsonObject[])[0]) }),
    }),
    manifest('claims', { claims: streams.map((stream) => claimOf(stream, null)) }),
    manifest('external', { external: digests.map((digest) => ({ sha256: digest, size: '1' })) }),
    manifest('reasons', { run: { id: RUN, completeness: 'partial', reasons: digests } }),
    manifest('projections', {
      projections: digests.map((digest) => ({ name: `p${digest.slice(-29)}`, version: 1, digest })),
    }),
    manifest('governance', { governance: Object.fromEntries(digests.map((digest) => [`n${digest}`, [[digest]]])) }),
    bundle('files', { files: withFiles(digests) }),
    bundle('positions', { proof: (proof) => ({ ...proof, positions: numbers.map(String) }) }),
    bundle('hashes', { proof: (proof) => ({ ...proof, hashes: digests }) }),
    bundle('paths', { heads: (heads) => ({ ...heads, paths: absent }) }),
    bundle('siblings', { heads: (heads) => ({ ...heads, paths: longPaths(heads) }) }),
    bundle('openings', { openings: openings(numbers) }),
    bundle('names out of order', {
      listed: (files) =>
        files.set(
          'openings.json',
          utf8(
            `{${digests
              .toReversed()
              .map((name) => `"${name}":0`)
              .join()}}`,
          ),
        ),
    }),
    bundle('records of the run', {}, longRun(Math.min(length, 4000))),
    bundle('keys of the ledger', {}, manyKeys(Math.min(length, 2000))),
    { list: 'earlier partial bundles', evidence: manyPartials() },
    { list: 'files among the tiles', evidence: new Map([...ledger.tiles(), ...digests.map(strayTile)]) },
  ]
}

const strayTile = (digest: string) => [`tile/0/${digest}`, new Uint8Array(0)] as const

function withFiles(digests: readonly string[]): NonNullable<Lies['files']> {
  return (files) => {
    const more = new Map(files)
    for (const digest of digests.slice(0, 9000)) more.set(`artifacts/${digest}`, new Uint8Array(0))
    return more
  }
}

/** All paths with the most siblings that a path may have. */
const longPaths = (heads: JsonObject): JsonObject[] =>
  (heads['paths'] as JsonObject[]).map((path) => ({ ...path, siblings: Array(256).fill('22'.repeat(32)) }))

const openings = (numbers: readonly number[]): JsonObject[] =>
  numbers.map((n) => ({ position: String(n), pointer: `/${'a/'.repeat(20)}`, salt: '00'.repeat(32), value: [[[n]]] }))

function longRun(length: number): TestLedger {
  return sampleLedger([started(), ...Array.from({ length }, (_, n) => other(`run-${RUN}`, n))])
}

function manyKeys(length: number): TestLedger {
  const ledger = sampleLedger()
  for (let n = 0; n < length; n++) {
    const publicKey = sha256(utf8(`no key ${n}`))
    const key = {
      ...keyObject({ ...testKey('evidence'), publicKey }, 'evidence'),
      id: hex(sha256(Uint8Array.of(1), publicKey)),
    }
    ledger.append({ stream: 'ledger-keys', type: 'dev.clyra.ledger.key.introduced.v2', data: { key, replaces: null } })
  }
  ledger.appendHeads()
  return ledger
}

/** A tree of 256 large records, and beside it every smaller width of its bundle as an empty file. */
function manyPartials(): Map<string, Uint8Array> {
  const ledger = sampleLedger()
  const large = base64(new Uint8Array(45_000))
  while (ledger.records.length < 256) ledger.append({ ...other(), data: { large } })
  const files = ledger.tiles()
  for (let width = 1; width < 256; width++) files.set(`tile/entries/000.p/${width}`, new Uint8Array(0))
  return files
}
