import { ClyraError } from './clyra-error.js'

/** What Node and the loaders of native addons throw, as INSTALLATION_BROKEN; undefined for any other value. */
export function brokenInstallation(thrown: unknown): ClyraError | undefined {
  if (!(thrown instanceof Error) || !isOfLoading(thrown)) return undefined
  return new ClyraError('INSTALLATION_BROKEN', `a part of Clyra cannot be loaded: ${thrown.message.split('\n')[0]}`, {
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

/** True where a package is missing, cut off or built for another machine. */
function isOfLoading(error: Error): boolean {
  if ('code' in error && LOADING.has(String(error.code))) return true
  // A module that does not parse: the stack begins with its path or in Node's loader, that of JSON.parse elsewhere.
  if (error instanceof SyntaxError) return /^(file:|\/)|^.*\n\s+at .*node:internal\/modules/.test(error.stack ?? '')
  return /native (binding|build)/i.test(error.message)
}
