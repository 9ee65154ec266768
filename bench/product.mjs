import { verifyBundle } from '@clyra/verify'
import { buildBundle } from '../dist/src/evidence/index.js'
import { prepare, serveLedger } from '../dist/src/index.js'
import { foldLedger } from '../dist/src/projector/index.js'
import {
  createEmbeddedLedger,
  fsck,
  layoutOf,
  openEmbeddedLedger,
  openEmbeddedLedgerReader,
} from '../dist/src/stores/index.js'
import { openLmdbIndexReader } from '../dist/src/stores/lmdb/index.js'

/**
 * Everything of Clyra that a row measures or a check asks, in one object, so that a mutation (`mutations.mjs`) can put a
 * broken part in its place and the checks must notice. `open`, `read` and `create` are what `openLedger`, `openLedgerReader` and
 * `createLedger` of the package are, with the hook for the flush that tests have.
 */
export const product = {
  create: (options) => createEmbeddedLedger(options),
  open: (options) => openEmbeddedLedger(options),
  read: (options) => openEmbeddedLedgerReader(options),
  serve: (ledger) => serveLedger(ledger),
  prepare,
  fsck,
  buildBundle,
  verifyBundle,
  foldLedger,
  /** How many records the index on disk knows, with the ledger closed. */
  async indexThrough(directory) {
    const complaints = []
    const index = openLmdbIndexReader(layoutOf(directory).lmdb, (text) => complaints.push(text))
    const through = index.through()
    await index.close()
    return complaints.length === 0 ? through : 0
  },
  layoutOf,
}
