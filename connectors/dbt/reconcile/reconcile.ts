import { codesOf, FINDINGS } from '../../../src/events/codes/index.js'
import type { DraftEvent } from '../../../src/events/index.js'
import { later, NO_TIME } from '../drafts/index.js'
import { compareNodes } from './compare-nodes.js'
import { compareSnapshots } from './compare-snapshots.js'
import { compareStatements } from './compare-statements.js'
import { compareWarehouse } from './compare-warehouse.js'
import { type Finding, findingDraft } from './finding.js'
import { type SomeEvent, voicesOf } from './voices.js'

const ORDER = codesOf(FINDINGS)

/**
 * Compares the three voices of a run and raises a finding for each disagreement; it never picks a winner. Pure and
 * deterministic: the same events, in any order, give the same findings in the same order (by code, then node, then
 * id). `events` are all of the run's: drafts of the readers, anchors and relation readings.
 */
export function reconcile(run: string, events: readonly SomeEvent[]): DraftEvent<'dev.clyra.finding.raised.v2'>[] {
  const voices = voicesOf(inOrder(events))
  const times = new Map(events.map(({ id, time }) => [id, time ?? null]))
  return [
    ...compareNodes(voices),
    ...compareStatements(voices),
    ...compareWarehouse(voices),
    ...compareSnapshots(voices),
  ]
    .map((finding) => findingDraft(run, finding, timeOf(finding, times)))
    .sort(
      (a, b) =>
        ORDER.indexOf(a.data.code) - ORDER.indexOf(b.data.code) ||
        byText(a.data.node ?? '', b.data.node ?? '') ||
        byText(a.id, b.id),
    )
}

/** Where a voice speaks twice of one thing its last word counts: "last" must not depend on the order given. */
function inOrder(events: readonly SomeEvent[]): SomeEvent[] {
  return [...events].sort((a, b) => byText(a.time ?? '', b.time ?? '') || byText(a.id, b.id))
}

function timeOf(finding: Finding, times: ReadonlyMap<string, string | null>): string {
  return finding.events.reduce<string | null>((last, id) => later(last, times.get(id) ?? null), null) ?? NO_TIME
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
