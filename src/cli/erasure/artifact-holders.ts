import { isType, runOf, runStream } from '../../events/index.js'
import type { LedgerReader } from '../../ledger/index.js'
import type { ArtifactStore, Vault } from '../../ports/index.js'
import { eraseHolder, type Holder } from './holder.js'

/** The artefacts that a run captured. */
export interface RunArtifacts {
  /** SHA-256 of each, sorted, where no other run that is not erased has it. */
  readonly own: readonly string[]
  /** Those that another run has too, with its id. */
  readonly shared: readonly { readonly sha256: string; readonly run: string }[]
}

export async function artifactsOfRun(ledger: LedgerReader, vault: Vault, run: string): Promise<RunArtifacts> {
  const own = new Set<string>()
  const others = new Map<string, string[]>()
  const subjects = new Map<string, string>()
  const types = ['dev.clyra.artifact.captured.v1', 'dev.clyra.run.started.v2']
  for await (const record of ledger.readAll({ filter: { types } })) {
    if (isType(record, 'dev.clyra.run.started.v2')) {
      if (!subjects.has(record.stream)) subjects.set(record.stream, record.event.data.subject)
    } else if (isType(record, 'dev.clyra.artifact.captured.v1')) {
      const { sha256 } = record.event.data
      if (record.stream === runStream(run)) own.add(sha256)
      else others.set(sha256, [...(others.get(sha256) ?? []), record.stream])
    }
  }
  const alive = async (stream: string) => {
    const subject = subjects.get(stream)
    return subject === undefined || !(await vault.erased(subject))
  }
  const shared: { sha256: string; run: string }[] = []
  for (const sha256 of [...own].sort()) {
    for (const stream of others.get(sha256) ?? []) {
      if (!(await alive(stream))) continue
      shared.push({ sha256, run: runOf(stream) ?? stream })
      own.delete(sha256)
      break
    }
  }
  return { own: [...own].sort(), shared }
}

/** Removes the run's own artefacts. One that a living run has as well stays: it holds that run's text too. */
export async function eraseArtifacts({ own, shared }: RunArtifacts, artifacts: ArtifactStore): Promise<Holder[]> {
  const erased = await Promise.all(
    own.map((sha256) =>
      eraseHolder('artifacts', sha256, async () => {
        await artifacts.remove(sha256)
        return null
      }),
    ),
  )
  const kept = await Promise.all(
    shared.map(async ({ sha256, run }): Promise<Holder[]> => {
      if (!(await artifacts.has(sha256))) return []
      return [
        { kind: 'artifacts', where: sha256, state: 'stays', why: `run ${run} has it too; erase that run as well` },
      ]
    }),
  )
  return [...erased, ...kept.flat()]
}
