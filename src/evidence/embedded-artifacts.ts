import { ClyraError } from '../errors/index.js'
import { isType } from '../events/index.js'
import type { ArtifactStore } from '../ports/index.js'
import { MAX_EMBEDDED_BYTES } from './bundle-files.js'
import type { CollectedEvidence } from './collect-evidence.js'

/**
 * The artefacts that the run's records name, by SHA-256, as far as they are not too large; `warnings` names those that are.
 * Rejects with ARTIFACT_MISSING where the store lacks one.
 */
export async function artifactsOf(
  evidence: Pick<CollectedEvidence, 'run' | 'records'>,
  artifacts: Pick<ArtifactStore, 'get'>,
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
        details: { sha256, name, run: evidence.run },
      })
    }
    embed.set(sha256, bytes)
  }
  return { embed, warnings }
}
