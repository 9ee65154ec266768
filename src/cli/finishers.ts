import type { OpenedLedger } from '../runtime/index.js'
import type { Finishers } from '../spool/index.js'
import type { Environment } from './environment.js'

/** Who ends what a killed process began, by what it spooled. Each is loaded when a spool needs it. */
export function finishersFor({ variables }: Pick<Environment, 'variables'>): Finishers<OpenedLedger> {
  return new Map([
    [
      'dbt',
      async (killed, opened) => (await import('./dbt/finish-killed-run.js')).finishKilledRun(variables, killed, opened),
    ],
  ])
}
