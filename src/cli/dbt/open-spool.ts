import { join } from 'node:path'
import { codedError, isClyraError } from '../../errors/index.js'
import { optionalLedgerPlace, type StatePlace } from '../../runtime/project/index.js'
import {
  createSpool,
  ledgerSpool,
  SPOOL_FILES,
  type SpoolHeader,
  type SpoolWriter,
  userSpool,
} from '../../spool/index.js'
import type { DirectoryLock } from '../../stores/lock/index.js'
import { assertLiesWhole } from '../../stores/state/index.js'
import type { Context } from '../context.js'
import type { DbtFinish } from './finish-killed-run.js'

export interface OpenedSpool {
  readonly writer: SpoolWriter
  readonly lock: DirectoryLock
  readonly header: SpoolHeader
  readonly subjectKey: Uint8Array
}

/** What is planned where the folder of the spool is known, and what of it the header says. */
export interface PlannedSpool<Plan> {
  readonly plan: Plan
  readonly header: { readonly project: string; readonly finish: DbtFinish }
  /** Which log in the spool dbt appends to, if any. */
  readonly log: string | undefined
}

/** The ledger above dbt's project, else above the working directory, or undefined where there is none. */
export function placeOfRun(context: Context, project: string): StatePlace | undefined {
  try {
    return optionalLedgerPlace(context, [project])
  } catch (error) {
    // A ledger that was named and is gone must not stop the run: the spool waits for it.
    if (isClyraError(error)) context.output.warn(`${error.message} (${error.code})`)
    else throw error
    return undefined
  }
}

/**
 * Makes the spool of a run: in the ledger's state directory, else, where there is none or it cannot be written, in the
 * user's own. Throws what the second attempt throws.
 */
export async function openRunSpool<Plan>(
  context: Context,
  place: StatePlace | undefined,
  run: string,
  planIn: (logFolder: string) => PlannedSpool<Plan>,
  subject: string,
): Promise<OpenedSpool & { readonly plan: Plan }> {
  const { environment, output } = context
  const subjectKey = environment.randomBytes(32)
  const attempt = async (root: string) => {
    const { plan, header: planned, log } = planIn(join(root, run, SPOOL_FILES.log))
    const header: SpoolHeader = {
      format: 'clyra.spool/2',
      kind: 'dbt',
      run,
      subject,
      started: environment.now().toISOString(),
      directory: environment.cwd,
      ...planned,
    }
    const randomBytes = (length: number) => environment.randomBytes(length)
    const { writer, lock } = await createSpool(root, { header, subjectKey, log, command: 'clyra run dbt', randomBytes })
    return { writer, lock, header, subjectKey, plan }
  }
  if (place === undefined) return attempt(userSpool(environment))
  try {
    assertLiesWhole(place.state)
    return await attempt(ledgerSpool(place.state))
  } catch (thrown) {
    const error = codedError(thrown)
    output.warn(
      `the run cannot be spooled beside the ledger: ${error.message} (${error.code}); it goes to ${userSpool(environment)}`,
    )
    return attempt(userSpool(environment))
  }
}
