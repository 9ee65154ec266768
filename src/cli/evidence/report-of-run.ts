import { DEF } from '../../../profiles/def/index.js'
import type { RunView } from '../../../projections/run/index.js'
import { foldRecords } from '../../events/index.js'
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
    const evidence = await collectEvidence(DEF, ledger, chosen, under)
    const openings = open ? await openingsOf(DEF, evidence, vault) : []
    const state = foldRecords(DEF.projection, evidence.run, evidence.records)
    const page = DEF.renderer.render(state, { checkpoint: evidence.checkpoint, embedded: [], openings })
    return { page, view: DEF.projection.render(state).run, opened: openings.length > 0 }
  })
}
