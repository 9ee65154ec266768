export { findProgram, foldersOfPath, type Variables } from './find-program.js'
export { assertMappable, type MappedFiles } from './mappable.js'
export { machineStart, mappedFileFault } from './mapped-file.js'
export { nearestExisting } from './nearest-existing.js'
export { assertMayHoldOutput, assertOutsideState, nameTaken } from './output-place.js'
export { type OutputStream, standardStream } from './output-stream.js'
export { processStart } from './process-start.js'
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
export { STATE_DIRECTORY, STATE_MARKS } from './state-marks.js'
export { oneLine, steering, unbroken, visible } from './terminal-text.js'
export { folderNamed, homeOf, userFolder } from './user-folders.js'
export { isDirectory, isFile, isThere, sizeAt } from './what-is-there.js'
export { createWorkbench, type Draft, type Workbench, type WriteOptions } from './write-file.js'
export { moveToNewName, syncDirectory, writeDurably } from './write-new.js'
