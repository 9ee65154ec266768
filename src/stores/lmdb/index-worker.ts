import { workerData } from 'node:worker_threads'
import type { PackedLayer } from '../index/index.js'
import { serveStore } from '../store-thread.js'
import { LmdbBase } from './lmdb-base.js'

// Started with the path of a database that the writer has opened and made.
const base = LmdbBase.open(String(workerData), false)

serveStore<PackedLayer>(
  (layer) => base.write(layer),
  () => base.close(),
)
