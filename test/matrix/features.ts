import type { RunView } from '../../projections/run/index.js'

/** A row of the table of features: how it is called, and its node in the project. */
export const FEATURES: readonly (readonly [title: string, node: RegExp])[] = [
  ['seed', /^seed\.matrix\.raw_orders$/],
  ['view', /^model\.matrix\.stg_customers$/],
  ['table with contract, constraint and group', /^model\.matrix\.fct_orders$/],
  ['table with hooks inside and after its transaction', /^model\.matrix\.fct_large_orders$/],
  ['ephemeral model', /^model\.matrix\.paid_orders$/],
  ['version of a model', /^model\.matrix\.dim_customers\.v2$/],
  ['alias in mixed case', /^model\.matrix\.mixed_case$/],
  ['incremental: append', /^model\.matrix\.inc_append$/],
  ['incremental: delete+insert', /^model\.matrix\.inc_delete_insert$/],
  ['incremental: merge', /^model\.matrix\.inc_merge$/],
  ['incremental: microbatch', /^model\.matrix\.inc_microbatch$/],
  ['incremental: new column', /^model\.matrix\.inc_new_column$/],
  ['materialized view', /^model\.matrix\.orders_mv$/],
  ['python model', /^model\.matrix\.python_model$/],
  ['function', /^function\.matrix\.double_cents$/],
  ['snapshot by timestamp', /^snapshot\.matrix\.orders_snapshot$/],
  ['snapshot by check', /^snapshot\.matrix\.customers_snapshot$/],
  ['generic test', /^test\.matrix\.unique_stg_orders_order_id\./],
  ['test of a source', /^test\.matrix\.source_not_null_/],
  ['singular test', /^test\.matrix\.orders_have_customers$/],
  ['test that warns, failures stored', /^test\.matrix\.at_least_stg_orders_cents/],
  ['unit test', /^unit_test\.matrix\.customer_revenue\.revenue_is_summed$/],
  ['on-run-start hook', /^operation\.matrix\.matrix-on-run-start-0$/],
  ['on-run-end hook', /^operation\.matrix\.matrix-on-run-end-0$/],
  ['exposure', /^exposure\.matrix\./],
  ['saved query', /^saved_query\.matrix\./],
]

/** The command whose record is asked about the features: a whole build over what is there. */
export const FEATURES_COMMAND = 'build-8-threads'

/** Which voices speak of each feature: `CLW`, a dot in the place of one that does not; null where nobody does. */
export function voicesOfFeatures(view: RunView): (readonly [title: string, voices: string | null])[] {
  const looked = new Set(view.relations.map(({ node }) => node))
  const said = [...view.nodes, ...view.tests]
  return FEATURES.map(([title, pattern]) => {
    const node = said.find(({ node }) => pattern.test(node))
    if (node === undefined) return [title, null]
    return [title, `${node.claim ? 'C' : '·'}${node.log ? 'L' : '·'}${looked.has(node.node) ? 'W' : '·'}`]
  })
}

/** How many nodes and tests each voice spoke of. */
export function voiceCounts(view: RunView): { claim: number; log: number; warehouse: number } {
  const said = [...view.nodes, ...view.tests]
  return {
    claim: said.filter(({ claim }) => claim !== null).length,
    log: said.filter(({ log }) => log !== null).length,
    warehouse: new Set(view.relations.map(({ node }) => node)).size,
  }
}
