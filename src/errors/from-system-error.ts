import { brokenInstallation } from './broken-installation.js'
import { ClyraError } from './clyra-error.js'
import type { ErrorCode } from './codes.js'

const SYSTEM_CODES: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  EROFS: 'READ_ONLY',
  EACCES: 'PERMISSION_DENIED',
  EPERM: 'PERMISSION_DENIED',
  // A native addon is only loaded when its first function is called, be that to open or lock a file.
  ADDON_NOT_FOUND: 'INSTALLATION_BROKEN',
  ERR_DLOPEN_FAILED: 'INSTALLATION_BROKEN',
  MODULE_NOT_FOUND: 'INSTALLATION_BROKEN',
}

/**
 * Turns an error of a `node:fs` call into a coded one; `doing` completes the sentence "cannot ...". A part that could not
 * be loaded while that was done is INSTALLATION_BROKEN.
 */
export function fromSystemError(error: unknown, doing: string, path?: string): ClyraError {
  if (error instanceof ClyraError) return error
  const errno = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
  const code = SYSTEM_CODES[errno]
  const broken = code === undefined ? brokenInstallation(error) : undefined
  if (broken !== undefined) return broken
  const where = path === undefined ? '' : ` ${path}`
  return new ClyraError(code ?? 'IO_FAILED', `cannot ${doing}${where}: ${errno}`, {
    details: { errno, ...(path === undefined ? {} : { path }) },
    cause: error,
  })
}
