import { fileURLToPath } from 'node:url'
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
import { buildGo, HOST, hasGo } from '../scripts/build-go.mjs'

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
  /** The verifiers as programs; the one in Go is built into the folder, where there is a Go to build with. */
  verifiers(folder) {
    const script = fileURLToPath(new URL('../verifier/ts/dist/cli.js', import.meta.url))
    const typescript = { name: 'TypeScript', command: [process.execPath, script] }
    if (!hasGo()) return [typescript]
    return [typescript, { name: 'Go', command: buildGo({ folder, target: HOST, commands: ['clyra-verify'] }) }]
  },
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
