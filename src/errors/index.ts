export { ClyraError, type ErrorDetails, isClyraError } from './clyra-error.js'
export { ERROR_CODES, type ErrorCode } from './codes.js'
export { commandLine, shellWord } from './command-line.js'
export { fromSystemError } from './from-system-error.js'
