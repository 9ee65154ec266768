import { DEF } from '../../../profiles/def/index.js'
import type { RunMembers } from '../../../profiles/run/index.js'
import { type Bundle, type BundleOptions, buildBundle } from '../../evidence/index.js'
import type { OpenedReader } from '../../runtime/index.js'
import type { Context } from '../context.js'
import { withRun } from './with-run.js'

/** The signed bundle of a run. */
export function buildDef(
  context: Context,
  choose: (opened: OpenedReader) => Promise<string>,
  options: BundleOptions,
): Promise<Bundle<RunMembers>> {
  return withRun(context, choose, (run, opened, under) => {
    const signers = async () => [await opened.ledger.evidenceSigner()]
    return buildBundle(DEF, { ...opened, signers }, run, { ...options, ...under })
  })
}
