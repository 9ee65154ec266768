import { join } from 'node:path'
import { isClyraError } from '../../errors/index.js'
import type { DirectoryLock } from '../../stores/lock/index.js'
import { assertLiesWhole } from '../../stores/state/index.js'
import type { StatePlace } from '../config/find-state.js'
import { type Context, optionalLedgerPlace } from '../context.js'
import { codedError } from '../failure.js'
import { ledgerSpool, userSpool } from '../spool/places.js'
import { SPOOL_FILES, type SpoolHeader } from '../spool/spool-header.js'
import { createSpool, type SpoolWriter } from '../spool/spool-writer.js'

export interface OpenedSpool {
  readonly writer: SpoolWriter
  readonly lock: DirectoryLock
  readonly header: SpoolHeader
  readonly subjectKey: Uint8Array
}

/** What is planned where the folder of the spool is known, and what of it the header says. */
export interface PlannedSpool<Plan> {
  readonly plan: Plan
  readonly header: Omit<SpoolHeader, 'format' | 'run' | 'subject' | 'started' | 'directory' | 'demonstration'>
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
    const { plan, header: planned } = planIn(join(root, run, SPOOL_FILES.log))
    const header: SpoolHeader = {
      format: 'clyra.spool/1',
      run,
      subject,
      started: environment.now().toISOString(),
      directory: environment.cwd,
      demonstration: false,
      ...planned,
    }
    const randomBytes = (length: number) => environment.randomBytes(length)
    const { writer, lock } = await createSpool(root, { header, subjectKey, randomBytes })
    return { writer, lock, header, subjectKey, plan }
  }
  if (place === undefined) return attempt(userSpool(environment))
  try {
    assertLiesWhole(place.state)
    return await attempt(ledgerSpool(place))
  } catch (thrown) {
    const error = codedError(thrown)
    output.warn(
      `the run cannot be spooled beside the ledger: ${error.message} (${error.code}); it goes to ${userSpool(environment)}`,
    )
    return attempt(userSpool(environment))
  }
}
