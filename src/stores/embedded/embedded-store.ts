import type { StoreKind } from '../state/index.js'
import { backup } from './backup.js'
import { fsck } from './fsck.js'
import { createEmbeddedLedger, findObjections, openEmbeddedLedger, openEmbeddedLedgerReader } from './open.js'

/** The log lies in the state directory itself. */
export const embeddedStore: StoreKind = {
  create: createEmbeddedLedger,
  open: openEmbeddedLedger,
  openReader: openEmbeddedLedgerReader,
  findObjections,
  fsck,
  backup,
}
