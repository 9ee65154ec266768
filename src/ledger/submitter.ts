import { ClyraError } from '../errors/index.js'
import { SUBMITTER } from '../events/index.js'

/** The pseudonymous id of who appends, which goes into every record. Throws CONFIG_INVALID. */
export function checkedSubmitter(submitter: string): string {
  if (SUBMITTER.test(submitter)) return submitter
  throw new ClyraError('CONFIG_INVALID', `${JSON.stringify(submitter)} cannot be a submitter`, {
    details: { submitter },
  })
}
