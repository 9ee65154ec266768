import { ClyraError, commandLine } from '../../errors/index.js'
import { isType } from '../../events/index.js'
import {
  assembleBundle,
  type Bundle,
  type BundleOpening,
  type CollectedEvidence,
  checkSigners,
  evidenceKeysAt,
  MAX_EMBEDDED_BYTES,
  openingsOf,
} from '../../evidence/index.js'
import type { OpenedReader } from '../../runtime/index.js'
import type { Context } from '../context.js'
import { collectRun } from './collect-run.js'
import { renderContent } from './render-content.js'

export interface DefOptions {
  /** Put the artefacts (up to 25 MB each) into the bundle: they may hold literals and personal data. */
  readonly embed: boolean
  /** Show the sealed values that the vault still holds. */
  readonly open: boolean
}

export interface BuiltDef extends Bundle {
  readonly warnings: readonly string[]
}

/** The signed bundle of a run. */
export function buildDef(
  context: Context,
  choose: (opened: OpenedReader) => Promise<string>,
  options: DefOptions,
): Promise<BuiltDef> {
  return collectRun(context, choose, async (evidence, opened) => {
    const signer = await opened.ledger.evidenceSigner()
    checkSigners([signer], evidenceKeysAt(evidence.records, evidence.heads.position))
    const { embed, warnings } = options.embed ? await artifactsOf(opened, evidence) : NOTHING
    const openings = options.open ? await openingsOf(evidence, opened.vault) : NO_OPENINGS
    const bundle = await assembleBundle(evidence, renderContent(evidence, embed, openings), [signer])
    return { ...bundle, warnings }
  })
}

const NOTHING = { embed: new Map<string, Uint8Array>(), warnings: [] }
const NO_OPENINGS: readonly BundleOpening[] = []

/** The artefacts that the run's records name, as far as the store has them and they are not too large. */
export async function artifactsOf(
  { artifacts }: Pick<OpenedReader, 'artifacts'>,
  evidence: CollectedEvidence,
): Promise<{ readonly embed: ReadonlyMap<string, Uint8Array>; readonly warnings: readonly string[] }> {
  const embed = new Map<string, Uint8Array>()
  const warnings: string[] = []
  for (const record of evidence.records) {
    if (!isType(record, 'dev.clyra.artifact.captured.v1')) continue
    const { sha256, name, size } = record.event.data
    if (embed.has(sha256)) continue
    if (Number(size) > MAX_EMBEDDED_BYTES) {
      warnings.push(`${name} has ${size} bytes and stays outside the bundle (limit ${MAX_EMBEDDED_BYTES})`)
      continue
    }
    const bytes = await artifacts.get(sha256)
    if (bytes === undefined) {
      throw new ClyraError('ARTIFACT_MISSING', `${name} (${sha256}) is not in the artefact store`, {
        details: { sha256, name },
        fix: commandLine`clyra bundle ${evidence.run}`,
      })
    }
    embed.set(sha256, bytes)
  }
  return { embed, warnings }
}
