import { readArchive } from './archive.js'
import { fromHex, hex } from './bytes.js'
import { checkBundleChain, genesisOf } from './chain.js'
import { checkClaims, type RunFacts } from './claims.js'
import {
  checkCompleteRun,
  checkExternalArtifacts,
  checkFreshness,
  checkHeld,
  checkIdentity,
  checkRunDemands,
  checkWarehouse,
} from './demands.js'
import { type Documents, readDocuments } from './documents.js'
import { checkManifestSignature } from './dsse.js'
import { type Examination, examine, judgePins } from './examination.js'
import { checkBundleHeads } from './heads.js'
import { checkCheckpointSigners, foldKeys } from './keys.js'
import { checkMultiProof } from './merkle.js'
import { type Checkpoint, readCheckpoint } from './note.js'
import { type Demands, readDemands, type VerifyBundleOptions } from './options.js'
import { dataOf } from './record-data.js'
import { Refusal } from './refusal.js'
import type { Description, UsedKey, VerifyResult } from './result.js'
import { ledgerSigners, usedKeys } from './signers.js'
import { SPEC, STAGES } from './spec.generated.js'

/** The checks of a bundle in the order in which they are reported; what a caller demands is added behind. */
const PLAN = [...STAGES.slice(0, 4), 'trust', ...STAGES.slice(4, -1), 'projections']

/**
 * Verifies an evidence bundle (a DEF archive), offline and without trust in who made it.
 *
 * Runs the stages of `spec/def/SPEC.md` in their order; the first INVALID finding ends the run. Resolves with the result
 * whatever the bytes are; rejects with VerifyUsageError only where the caller's own options cannot be used.
 *
 * @example
 * const result = await verifyBundle(bytes, { trust: ['example.org+1234abcd+AQ...'] })
 * if (result.verdict !== 'VALID') throw new Error(`${result.verdict} (${result.code})`)
 */
export async function verifyBundle(bytes: Uint8Array, options: VerifyBundleOptions = {}): Promise<VerifyResult> {
  const demands = readDemands(options)
  return examine(PLAN, async (examination) => {
    const stage = examination.stage.bind(examination)
    const archive = await stage('container', () => readArchive(bytes))
    const documents = await stage('json', (offences) => readDocuments(archive, offences))
    const checkpoint = await stage('note', () => readBundleCheckpoint(documents))
    const signers = await stage('signature', () => {
      return ledgerSigners(genesisOf(documents.records[0], checkpoint.origin), checkpoint, demands.pins)
    })
    const trusted = judgePins(examination, signers, demands.pins, checkpoint.origin, documents.manifest.genesis)
    await stage('root', () => checkRoot(documents, checkpoint))
    await stage('multiproof', () => checkInclusion(documents, checkpoint))
    const streams = await stage('chain', (offences) => checkChain(documents, offences))
    await stage('heads', (offences) => checkBundleHeads(documents, streams, offences))
    const keys = await stage('keys', (offences) => {
      const folded = foldKeys(genesisData(documents), keyRecords(documents), offences)
      offences.settle()
      checkCheckpointSigners(signers, folded, checkpoint.size - 1)
      return folded
    })
    const evidence = await stage('dsse', (offences) =>
      checkManifestSignature(documents, keys, checkpoint.size - 1, offences),
    )
    const facts = await stage('claims', (offences) => checkClaims(documents, offences))
    sayWhatWasNotChecked(examination, documents, facts)
    await checkDemands(examination, demands, options, documents, facts)
    return describe(documents, facts, usedKeys(signers, trusted, evidence))
  })
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

function checkChain(
  { manifest, proof, records }: Documents,
  offences: Parameters<typeof checkBundleChain>[3],
): ReturnType<typeof checkBundleChain> {
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

const keyRecords = ({ records, proof }: Documents) =>
  records
    .map((record, i) => ({ record, position: proof.positions[i]! }))
    .filter(({ record }) => record.stream === 'ledger-keys')

function sayWhatWasNotChecked(examination: Examination, { archive, manifest }: Documents, facts: RunFacts): void {
  if (manifest.demonstration) examination.warn('RECORDED_DEMONSTRATION', `run ${manifest.run.id}`)
  if (facts.redacted) examination.warn('VALUES_REDACTED', `run ${manifest.run.id}`)
  examination.pass('openings', `${facts.sealed} sealed values, ${facts.opened} opened`)
  examination.notRun('projections', 'digests of folded states are attested; a replay with the program checks them')
  for (const file of SPEC.files.notYetChecked) {
    if (!archive.has(file)) continue
    examination.notRun(file, 'this verifier does not read it yet')
    examination.warn('FILE_NOT_CHECKED', file)
  }
}

/** What the caller demands, in the order of the table of codes. */
async function checkDemands(
  examination: Examination,
  demands: Demands,
  options: VerifyBundleOptions,
  documents: Documents,
  { story }: RunFacts,
): Promise<void> {
  const { manifest } = documents
  const ledger = {
    origin: manifest.origin,
    genesis: manifest.genesis,
    size: manifest.size,
    recordedat: manifest.completeAsOf.recordedat,
    rootAt: (size: number) => (size === manifest.size ? fromHex(manifest.root, 32) : undefined),
  }
  await checkIdentity(examination, demands, ledger)
  await checkRunDemands(examination, options, documents)
  await checkExternalArtifacts(examination, options, documents)
  checkHeld(examination, demands, ledger)
  checkCompleteRun(examination, options, documents)
  checkWarehouse(examination, options, story.voices.warehouse)
  checkFreshness(examination, demands, ledger)
}

function describe({ manifest, records }: Documents, facts: RunFacts, keys: readonly UsedKey[]): Description {
  const { position, recordedat } = manifest.completeAsOf
  return {
    profile: manifest.profile,
    ledger: { origin: manifest.origin, genesis: manifest.genesis },
    size: String(manifest.size),
    root: manifest.root,
    run: { ...manifest.run, outcome: facts.story.outcome, voices: facts.story.voices },
    completeAsOf: { position: String(position), recordedat },
    streams: 'claimed',
    issuance: 'not-proved',
    witnessed: false,
    timestamped: false,
    redacted: facts.redacted,
    records: records.length,
    keys,
  }
}
