import { AUTOMATION_GAPS } from './automation.js'
import { CAPTURE_GAPS } from './capture.js'
import { DBT_GAPS } from './dbt.js'

export { LEFT_OUT_REASONS, NO_VERSION_CONTROL } from './capture.js'
export { codesOf } from './codes-of.js'
export { COMMANDS_WITHOUT_WAREHOUSE, FINDINGS, type Gap, REREAD_REASONS } from './dbt.js'
export { NO_ANCHOR, NO_RELATION, WAREHOUSE_SYSTEMS } from './warehouse.js'

/** Why a run's record is not complete. `spec/events/` and `spec/bundle/` explain each. */
export const GAPS = { ...DBT_GAPS, ...CAPTURE_GAPS, ...AUTOMATION_GAPS } as const
export type GapReason = keyof typeof GAPS
