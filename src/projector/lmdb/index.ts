export { LmdbProjectionStore } from './lmdb-projection-store.js'
