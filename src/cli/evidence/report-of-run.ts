import { profileOfRun } from '../../../profiles/index.js'
import type { RunView } from '../../../projections/run/index.js'
import { foldRecords, runStream } from '../../events/index.js'
import { collectEvidence, openingsOf } from '../../evidence/index.js'
import type { OpenedReader } from '../../runtime/index.js'
import type { Context } from '../context.js'
import { withRun } from './with-run.js'

export interface RunReport {
  readonly page: string
  readonly view: RunView
  /** Whether the page shows sealed values. */
  readonly opened: boolean
}

/** The report of a run of this ledger: the page that its bundle would hold. `open` shows what the vault still can. */
export function reportOfRun(
  context: Context,
  choose: (opened: OpenedReader) => Promise<string>,
  { open }: { readonly open: boolean },
): Promise<RunReport> {
  return withRun(context, choose, async (chosen, { ledger, vault }, under) => {
    const profile = await profileOfRun(ledger.readStream(runStream(chosen)))
    const { projection, renderer } = profile
    const evidence = await collectEvidence(profile, ledger, chosen, under)
    const openings = open ? await openingsOf(profile, evidence, vault) : []
    const state = foldRecords(projection, evidence.run, evidence.records)
    const page = renderer.render(state, { checkpoint: evidence.checkpoint, embedded: [], openings })
    return { page, view: projection.render(state).run, opened: openings.length > 0 }
  })
}
