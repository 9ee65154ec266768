import { join } from 'node:path'
import { codedError } from '../../errors/index.js'
import { type EventData, fingerprintKeyId } from '../../events/index.js'
import type { OpenedLedger } from '../../runtime/index.js'
import { ledgerSpool, userSpools } from '../../spool/index.js'
import { layoutOf } from '../../stores/state/index.js'
import { isThere } from '../../system/index.js'
import type { Context } from '../context.js'
import { recordedRun } from '../dbt/recorded-run.js'
import { artifactsOfRun, eraseArtifacts, type RunArtifacts } from './artifact-holders.js'
import { backupsOf, eraseFromBackup } from './backup-holders.js'
import { type Copy, readCopies } from './copies.js'
import { eraseHolder, type Holder } from './holder.js'
import { eraseSpool, spoolsOfRun, type Wanted } from './spool-holders.js'

export interface ErasedRun {
  readonly subject: string
  readonly artifacts: RunArtifacts
  /** Every holder that is known, in the order in which they were seen to. */
  readonly holders: readonly Holder[]
}

/**
 * Erases a run wherever this machine knows of it: first what is farthest (spools, backups), then key and values, then the
 * copies of its artefacts. What stands in the way of one does not stop the others. Nothing is recorded here: that it is
 * erased may only be said when no holder `stays`, and a crash anywhere leaves work that the same call takes up again.
 *
 * The caller holds the writer's lock, so that no drain brings back what was removed.
 */
export async function eraseRun(context: Context, opened: OpenedLedger, run: string): Promise<ErasedRun> {
  const { ledger, vault, place, artifacts: store } = opened
  const recorded = await recordedRun(ledger, run)
  const subject = recorded?.subject ?? ''
  const oldFingerprints = await hasOldFingerprints(opened, recorded)
  const artifacts = await artifactsOfRun(ledger, vault, run)
  const holders: Holder[] = []
  const wanted: Wanted = { run, subject, subjectKey: await keyIfReadable(opened, subject) }
  const roots = [ledgerSpool(place.state), ...userSpools(context.environment)]
  await told(holders, 'spool', roots[0] ?? '', async () => {
    for (const spool of spoolsOfRun(roots, wanted)) holders.push(await eraseSpool(spool, ledger))
  })
  await told(holders, 'backup', layoutOf(place.state).copies, async () => {
    const what = { subject, artifacts: artifacts.own, oldFingerprints }
    for (const directory of backupsOf(place.state))
      for (const holder of await eraseFromBackup(directory, what)) holders.push(holder)
    for (const copy of readCopies(place.state).filter(isShownOf(run))) holders.push(handedOut(copy))
  })
  holders.push(await eraseHolder('vault', join(place.state, 'vault'), () => vault.erase(subject).then(() => null)))
  if (oldFingerprints)
    holders.push(
      await eraseHolder('fingerprint-key', join(place.state, 'vault', 'fingerprint.key'), async () => {
        await vault.eraseOldFingerprintKey()
        return 'the key of an earlier build, under which exact texts of several runs were fingerprinted'
      }),
    )
  for (const holder of await eraseArtifacts(artifacts, store)) holders.push(holder)
  for (const name of ['target', 'logs']) {
    const where = join(place.project, name)
    if (isThere(where))
      holders.push({ kind: 'dbt', where, state: 'named', why: 'dbt’s own files; dbt writes SQL into them' })
  }
  return { subject, artifacts, holders }
}

/** What a step threw before it came to single holders is one that stays. */
async function told(holders: Holder[], kind: Holder['kind'], where: string, step: () => Promise<void>): Promise<void> {
  try {
    await step()
  } catch (thrown) {
    const { message, code } = codedError(thrown)
    holders.push({ kind, where, state: 'stays', why: `${message} (${code})` })
  }
}

/** A damaged key file must not keep it from being destroyed. */
async function keyIfReadable({ vault }: OpenedLedger, subject: string): Promise<Uint8Array | undefined> {
  return vault.subjectKey(subject).catch(() => undefined)
}

function isShownOf(run: string): (copy: Copy) => boolean {
  return (copy) => copy.kind !== 'backup' && copy.run === run
}

const SHOWN: Readonly<Record<Copy['kind'], string>> = {
  opened: 'shows sealed values in clear; what was handed out cannot be recalled',
  embedded: 'holds the artefacts in clear; what was handed out cannot be recalled',
  artifacts: 'holds the artefacts in clear; what was handed out cannot be recalled',
  backup: '',
  gone: '',
}

function handedOut({ kind, path, at }: Copy): Holder {
  return { kind: 'handed-out', where: path, state: 'named', why: `made ${at}, ${SHOWN[kind]}` }
}

/** Fingerprints of the run under the key that earlier builds took for all runs, which is still here. */
async function hasOldFingerprints(
  { vault }: OpenedLedger,
  recorded: Awaited<ReturnType<typeof recordedRun>>,
): Promise<boolean> {
  const old = await vault.oldFingerprintKey()
  if (old === undefined || recorded === undefined) return false
  if (recorded.fingerprintKey !== undefined) return recorded.fingerprintKey === fingerprintKeyId(old)
  return recorded.events.some(
    ({ type, data }) =>
      // Holds: the type's schema.
      type === 'dev.clyra.artifact.source.v1' &&
      (data as EventData['dev.clyra.artifact.source.v1']).fingerprint !== null,
  )
}
