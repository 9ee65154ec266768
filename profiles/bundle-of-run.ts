import type { Signer } from '../src/crypto/index.js'
import { runStream } from '../src/events/index.js'
import { type Bundle, buildBundle, type EvidenceSource } from '../src/evidence/index.js'
import { profileOfRun } from './profiles.js'
import type { RunMembers } from './run/index.js'

/**
 * The signed bundle of a run of this ledger, of the run's own profile: artefacts stay outside, sealed values are withheld.
 * `ledger` is opened for writing where the newest records have no heads record yet. Rejects as `buildBundle` does.
 */
export async function bundleOfRun(
  ledger: EvidenceSource & { evidenceSigner(): Promise<Signer> },
  run: string,
): Promise<Bundle<RunMembers>> {
  const sources = {
    ledger,
    artifacts: { get: async () => undefined },
    vault: { subjectKey: async () => undefined, values: async () => [] },
    signers: async () => [await ledger.evidenceSigner()],
  }
  return buildBundle(await profileOfRun(ledger.readStream(runStream(run))), sources, run)
}
