import { brokenInstallation } from './broken-installation.js'
import { ClyraError } from './clyra-error.js'
import { fromSystemError } from './from-system-error.js'

/** Any thrown value as a coded error: system errors by their errno, all else is a fault of ours. */
export function codedError(thrown: unknown): ClyraError {
  if (thrown instanceof ClyraError) return thrown
  if (thrown instanceof Error && 'code' in thrown && 'syscall' in thrown) {
    const path = 'path' in thrown && typeof thrown.path === 'string' ? thrown.path : undefined
    return fromSystemError(thrown, String(thrown.syscall), path)
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return (
    brokenInstallation(thrown) ??
    new ClyraError('INTERNAL', `something went wrong inside Clyra: ${message}`, { cause: thrown })
  )
}
