export { openLmdbIndex, openLmdbIndexReader } from './lmdb-index.js'
