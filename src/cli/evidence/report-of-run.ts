import { defProjection } from '../../../projections/def/index.js'
import type { RunView } from '../../../projections/run/index.js'
import { openingsOf } from '../../evidence/index.js'
import { foldRecords } from '../../projector/index.js'
import type { OpenedReader } from '../../runtime/index.js'
import type { Context } from '../context.js'
import { collectRun } from './collect-run.js'
import { reportPage } from './report-page.js'

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
  return collectRun(context, choose, async (evidence, { vault }) => {
    const openings = open ? await openingsOf(evidence, vault) : []
    const state = foldRecords(defProjection, evidence.run, evidence.records)
    const page = reportPage(state, { checkpoint: evidence.checkpoint, embedded: [], openings })
    return { page, view: defProjection.render(state).run, opened: openings.length > 0 }
  })
}
