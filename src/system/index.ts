export { findProgram, foldersOfPath, type Variables } from './find-program.js'
export { type ProgramOutput, programOutput } from './program-output.js'
export {
  isMissingFile,
  openRegularFile,
  type ReadLimits,
  type RegularFile,
  readFileBounded,
  readFileSyncBounded,
  readTextSyncBounded,
  readWithStats,
  SMALL_FILE_BYTES,
} from './read-file.js'
export { StartFailure, type StartOptions, startProgram } from './start-program.js'
export { assertLiesIn, assertNoLinksIn, type User, userOf, whyNotOurs } from './state-directory.js'
export {
  assertStateFile,
  openStateFile,
  openStateHandle,
  readStateFile,
  readStateFileLater,
  type StateFileUse,
  writeStateFile,
} from './state-file.js'
export { folderNamed, homeOf, userFolder } from './user-folders.js'
