import { ClyraError } from '../../src/errors/index.js'

/** The client package as it is imported: `pg`, an optional peer. */
export type PgDriver = typeof import('pg')

/**
 * Imports the client on use. Throws DRIVER_MISSING with the npm line where it is not installed.
 *
 * `load` is given by tests that must do without the package.
 */
export async function loadDriver(load: () => Promise<PgDriver> = () => import('pg')): Promise<PgDriver> {
  try {
    return await load()
  } catch (error) {
    throw new ClyraError('DRIVER_MISSING', 'reading from Postgres needs the package pg', {
      fix: 'npm install pg',
      cause: error,
    })
  }
}
