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
  if (thrown instanceof Error && isOfLoading(thrown)) {
    return new ClyraError('INSTALLATION_BROKEN', `a part of Clyra cannot be loaded: ${message.split('\n')[0]}`, {
      cause: thrown,
    })
  }
  return new ClyraError('INTERNAL', `something went wrong inside Clyra: ${message}`, {
    cause: thrown,
  })
}

const LOADING = new Set([
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_INVALID_PACKAGE_CONFIG',
  'ERR_DLOPEN_FAILED',
  'MODULE_NOT_FOUND',
  'ADDON_NOT_FOUND',
])

/** True for what Node and the loaders of native addons throw where a package is missing, cut off or built for another machine. */
function isOfLoading(error: Error): boolean {
  if ('code' in error && LOADING.has(String(error.code))) return true
  // A module that does not parse: the stack begins with its path or in Node's loader, that of JSON.parse elsewhere.
  if (error instanceof SyntaxError) return /^(file:|\/)|^.*\n\s+at .*node:internal\/modules/.test(error.stack ?? '')
  return /native (binding|build)/i.test(error.message)
}
