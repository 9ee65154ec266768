import { profileOfRun, type RunProfile } from '../../../profiles/index.js'
import type { RunMembers } from '../../../profiles/run/index.js'
import { runStream } from '../../events/index.js'
import { type Bundle, type BundleOptions, buildBundle } from '../../evidence/index.js'
import type { OpenedReader } from '../../runtime/index.js'
import type { Context } from '../context.js'
import { withRun } from './with-run.js'

/** The signed bundle of a run, of the run's own profile. `allow` throws where there shall be none, before anything is done. */
export function buildRunBundle(
  context: Context,
  choose: (opened: OpenedReader) => Promise<string>,
  options: BundleOptions,
  allow: (run: string, profile: RunProfile) => void = () => undefined,
): Promise<Bundle<RunMembers>> {
  return withRun(context, choose, async (run, opened, under) => {
    const profile = await profileOfRun(opened.ledger.readStream(runStream(run)))
    allow(run, profile)
    const signers = async () => [await opened.ledger.evidenceSigner()]
    return buildBundle(profile, { ...opened, signers }, run, { ...options, ...under })
  })
}
