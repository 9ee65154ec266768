import { readArchive } from './archive.js'
import { hex } from './bytes.js'
import { checkBundleChain, genesisOf } from './chain.js'
import { checkClaims, type RunFacts } from './claims.js'
import { type Documents, readDocuments } from './documents.js'
import { checkManifestSignature } from './dsse.js'
import { type Examination, judgePinnedKeys, judgePins } from './examination.js'
import { checkBundleHeads } from './heads.js'
import { checkCheckpointSigners, foldKeys, type Keys, knownLater } from './keys.js'
import { checkMultiProof } from './merkle.js'
import { type Checkpoint, type NoteKey, readCheckpoint } from './note.js'
import type { LogRecord } from './record.js'
import { dataOf } from './record-data.js'
import { type Offences, Refusal } from './refusal.js'
import { ledgerSigners } from './signers.js'
import type { Pin } from './trust.js'

/** A bundle whose stages from container to claims have passed. */
export interface ProvedBundle {
  readonly documents: Documents
  /** The ledger keys that have signed the checkpoint, and those of them that the caller has pinned. */
  readonly signers: readonly NoteKey[]
  readonly trusted: readonly NoteKey[]
  /** The state of the ledger's keys as of this bundle. */
  readonly keys: Keys
  /** Ids of the evidence keys that have signed the manifest. */
  readonly evidence: readonly string[]
  readonly facts: RunFacts
}

/**
 * The stages of a bundle, container to claims, in the order of `spec/bundle/SPEC.md`, section 8. `laterKeys` gives what is
 * known of the ledger's keys from beyond this bundle: its signers are judged by that too. Throws the Refusal that makes
 * the bundle INVALID; whether a pinned key vouches for it is said as check `trust`.
 */
export async function proveBundle(
  examination: Examination,
  bytes: Uint8Array,
  pins: readonly Pin[],
  laterKeys: (documents: Documents) => readonly Keys[] = () => [],
): Promise<ProvedBundle> {
  const stage = examination.stage.bind(examination)
  const archive = await stage('container', () => readArchive(bytes))
  const documents = await stage('json', (offences) => readDocuments(archive, offences))
  const checkpoint = await stage('note', () => readBundleCheckpoint(documents))
  const position = checkpoint.size - 1
  const signers = await stage('signature', () =>
    ledgerSigners(genesisOf(documents.records[0], checkpoint.origin), checkpoint, pins),
  )
  const pinned = judgePins(examination, signers, pins, checkpoint.origin, documents.manifest.genesis)
  await stage('root', () => checkRoot(documents, checkpoint))
  await stage('multiproof', () => checkInclusion(documents, checkpoint))
  const streams = await stage('chain', (offences) => checkChain(documents, offences))
  await stage('heads', (offences) => checkBundleHeads(documents, streams, offences))
  const { keys, judged } = await stage('keys', (offences) => {
    const keys = foldKeys(genesisData(documents), keyRecordsOf(documents), offences)
    offences.settle()
    const judged = knownLater(keys, laterKeys(documents))
    checkCheckpointSigners(signers, judged, position)
    return { keys, judged }
  })
  const trusted = judgePinnedKeys(examination, pinned, judged, position)
  const evidence = await stage('dsse', (offences) => checkManifestSignature(documents, judged, position, offences))
  const facts = await stage('claims', (offences) => checkClaims(documents, offences))
  return { documents, signers, trusted, keys, evidence, facts }
}

function readBundleCheckpoint({ archive, manifest }: Documents): Checkpoint {
  const checkpoint = readCheckpoint(archive.get('checkpoint')!)
  if (checkpoint.origin !== manifest.origin) {
    throw new Refusal('CHECKPOINT_ORIGIN_MISMATCH', `${checkpoint.origin}, manifest ${manifest.origin}`)
  }
  return checkpoint
}

function checkRoot({ manifest, proof }: Documents, { size, root }: Checkpoint): void {
  if (manifest.size !== size || proof.size !== size || manifest.root !== hex(root)) {
    throw new Refusal('ROOT_NOT_CHECKPOINT', `the checkpoint is of size ${size} and root ${hex(root)}`)
  }
}

function checkInclusion({ proof, records }: Documents, { size, root }: Checkpoint): void {
  const leaves = records.map(({ leaf }) => leaf)
  checkMultiProof(proof.positions, leaves, size, proof.hashes, root)
}

function checkChain({ manifest, proof, records }: Documents, offences: Offences): ReturnType<typeof checkBundleChain> {
  const streams = manifest.claims.map(({ stream }) => stream)
  return checkBundleChain(
    records,
    proof.positions,
    { origin: manifest.origin, genesis: manifest.genesis, streams },
    offences,
  )
}

/** The chain stage has shown that record 0 is a genesis record. */
const genesisData = ({ records }: Documents) => dataOf(records[0]!, 'dev.clyra.ledger.genesis.v1')!

/** The stream `ledger-keys` of a bundle, with the positions. */
export const keyRecordsOf = ({ records, proof }: Documents): { record: LogRecord; position: number }[] =>
  records
    .map((record, i) => ({ record, position: proof.positions[i]! }))
    .filter(({ record }) => record.stream === 'ledger-keys')
