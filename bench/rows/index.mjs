import { checkFlushes } from '../checks/flushes.mjs'
import { contestantsFor } from '../contestants/index.mjs'
import { measureAppends } from './append.mjs'
import { measureRoot } from './component.mjs'
import { measureGrowth } from './growth.mjs'
import { LARGE_ROWS, measureLarge } from './large.mjs'
import { measureLag, measureLoop, measureSingles } from './latency.mjs'
import { measureSteps } from './steps.mjs'
import { measureVerify } from './verify.mjs'
import { measureWrapper } from './wrapper.mjs'

const MEASURED = {
  append: measureAppends,
  flushes: watchFlushes,
  singles: measureSingles,
  loop: measureLoop,
  lag: measureLag,
  verify: measureVerify,
  root: measureRoot,
  steps: measureSteps,
  wrapper: measureWrapper,
  growth: measureGrowth,
}

/** What `--only` may name. */
export const ROWS = [...Object.keys(MEASURED), ...LARGE_ROWS]

/** Every row that is wanted, by name. Throws CheckFailed where one of them is not what it seems. */
export async function measureRows(context) {
  const results = {}
  for (const [name, measure] of Object.entries(MEASURED))
    if (context.wants(name)) results[name] = await measure(context)
  if (LARGE_ROWS.some(context.wants)) results.large = await measureLarge(context)
  return results
}

const WATCHED = ['clyra', 'raw', 'lmdb', 'sqlite', 'hypercore']

async function watchFlushes(context) {
  const chosen = contestantsFor(1_000).filter(({ key }) => WATCHED.includes(key))
  return checkFlushes(chosen, context)
}
