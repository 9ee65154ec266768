import { apart } from '../processes.mjs'
import { LARGE_ROWS } from './large.mjs'

/** Each row by its file here and what it exports. */
const MEASURED = {
  append: ['append.mjs', 'measureAppends'],
  flushes: ['flushes.mjs', 'watchFlushes'],
  singles: ['latency.mjs', 'measureSingles'],
  loop: ['latency.mjs', 'measureLoop'],
  lag: ['latency.mjs', 'measureLag'],
  socket: ['socket.mjs', 'measureSocket'],
  verify: ['verify.mjs', 'measureVerify'],
  root: ['component.mjs', 'measureRoot'],
  steps: ['steps.mjs', 'measureSteps'],
  wrapper: ['wrapper.mjs', 'measureWrapper'],
  growth: ['growth.mjs', 'measureGrowth'],
}
const LARGE = ['large.mjs', 'measureLarge']

/** What `--only` may name. */
export const ROWS = [...Object.keys(MEASURED), ...LARGE_ROWS]

/**
 * Every row that is wanted, by name, each in a process of its own. Throws CheckFailed where one of them is not what it
 * seems, or its process ended.
 */
export async function measureRows(context) {
  const results = {}
  const measure = ([file, name]) => apart(context, new URL(file, import.meta.url).href, name)
  for (const [name, row] of Object.entries(MEASURED)) if (context.wants(name)) results[name] = await measure(row)
  if (LARGE_ROWS.some(context.wants)) results.large = await measure(LARGE)
  return results
}
