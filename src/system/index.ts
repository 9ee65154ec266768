export {
  isMissingFile,
  openRegularFile,
  type ReadLimits,
  type RegularFile,
  readFileBounded,
  readFileSyncBounded,
  readTextSyncBounded,
} from './read-file.js'
