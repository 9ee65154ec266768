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

/** Turns an error of a `node:fs` call into a coded one; `doing` completes the sentence "cannot ...". */
export function fromSystemError(error: unknown, doing: string, path?: string): ClyraError {
  if (error instanceof ClyraError) return error
  const errno = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
  const where = path === undefined ? '' : ` ${path}`
  return new ClyraError(SYSTEM_CODES[errno] ?? 'IO_FAILED', `cannot ${doing}${where}: ${errno}`, {
    details: { errno, ...(path === undefined ? {} : { path }) },
    cause: error,
  })
}
