import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import type { Settings, StatePlace } from '../../runtime/project/index.js'
import { readFileSyncBounded, SMALL_FILE_BYTES } from '../../system/index.js'

/** SHA-256 of the policy file in force, null where none is set. Throws CONFIG_INVALID where it cannot be read. */
export function policyDigest(
  settings: { readonly policy: Pick<Settings['policy'], 'value'> },
  place: StatePlace | undefined,
): string | null {
  const { value } = settings.policy
  if (value === null) return null
  const path = resolve(place?.project ?? '.', value)
  try {
    const bytes = readFileSyncBounded(path, {
      limit: SMALL_FILE_BYTES,
      tooLarge: 'CONFIG_INVALID',
      what: 'the policy file',
    })
    return createHash('sha256').update(bytes).digest('hex')
  } catch (error) {
    throw new ClyraError(
      'CONFIG_INVALID',
      `the policy file ${path} cannot be read: ${fromSystemError(error, 'read').message}`,
      {
        details: { path },
        fix: 'clyra config',
      },
    )
  }
}
