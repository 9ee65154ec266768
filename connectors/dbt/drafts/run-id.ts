import { ClyraError } from '../../../src/errors/index.js'

/** The variable by which the wrapper's run id travels: dbt writes what follows the prefix into its metadata and log. */
export const RUN_ID_VARIABLE = 'DBT_ENV_CUSTOM_ENV_CLYRA_RUN_ID'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
/** It becomes the name of a stream, a word of command lines and a name of files: never `..`, `-h` or `~`. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._:~-]{0,199}$/

/**
 * The run id R: the wrapper's UUIDv7 where the log or an artefact of this invocation carries it, else dbt's own
 * invocation id. `carried`: the values of `CLYRA_RUN_ID`, the most trusted first.
 * Throws DBT_ARTIFACT_MISSING where nothing names the run, DBT_ARTIFACT_INVALID where the id cannot be a run's.
 */
export function runIdOf(carried: readonly (string | null | undefined)[], invocation: string | null): string {
  const wrapped = carried.find((value) => typeof value === 'string' && UUID_V7.test(value))
  if (wrapped) return wrapped
  if (invocation !== null && RUN_ID.test(invocation)) return invocation
  if (invocation !== null)
    throw new ClyraError(
      'DBT_ARTIFACT_INVALID',
      `${JSON.stringify(invocation.slice(0, 80))} is no invocation id of dbt: a run's id begins with a letter or a digit and goes on with A-Z a-z 0-9 . _ : ~ -`,
      { details: { invocation } },
    )
  throw new ClyraError('DBT_ARTIFACT_MISSING', 'neither a log nor an artefact names the dbt invocation of this run')
}
