import { ClyraError } from '../errors/index.js'
import type { ArtifactStore } from '../ports/index.js'
import { MAX_EMBEDDED_BYTES } from './bundle-files.js'
import type { NamedArtifact } from './profile.js'

/**
 * The artefacts that records of the run name, by SHA-256, as far as they are not too large; `warnings` names those that are.
 * Rejects with ARTIFACT_MISSING where the store lacks one.
 */
export async function embeddedArtifacts(
  run: string,
  named: readonly NamedArtifact[],
  artifacts: Pick<ArtifactStore, 'get'>,
): Promise<{ readonly embed: ReadonlyMap<string, Uint8Array>; readonly warnings: readonly string[] }> {
  const embed = new Map<string, Uint8Array>()
  const warnings: string[] = []
  for (const { sha256, name, size } of named) {
    if (embed.has(sha256)) continue
    if (Number(size) > MAX_EMBEDDED_BYTES) {
      warnings.push(`${name} has ${size} bytes and stays outside the bundle (limit ${MAX_EMBEDDED_BYTES})`)
      continue
    }
    const bytes = await artifacts.get(sha256)
    if (bytes === undefined) {
      throw new ClyraError('ARTIFACT_MISSING', `${name} (${sha256}) is not in the artefact store`, {
        details: { sha256, name, run },
      })
    }
    embed.set(sha256, bytes)
  }
  return { embed, warnings }
}
