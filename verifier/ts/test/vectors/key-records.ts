import { base64 } from '../../src/bytes.js'
import { evidenceKey } from '../bundle-maker.js'
import type { TestLedger } from '../ledger-maker.js'
import { DRAFTS, other, sampleLedger } from '../sample-ledger.js'
import { forkedKeys, goneOn, heldOf, nothing } from './later.js'
import { bad, good, type KeyRecords, type Vector, type VectorOptions } from './vector.js'

/** Record 0 of a ledger and its stream ledger-keys, as a caller has them who has the ledger. */
export const keyRecordsOf = ({ records }: TestLedger): KeyRecords => ({
  size: String(records.length),
  records: records.flatMap(({ stream, bytes }, position) =>
    position === 0 || stream === 'ledger-keys' ? [{ position: String(position), bytes: base64(bytes) }] : [],
  ),
})

/** What the ledger says of its keys after the bundle was made, where the caller has the ledger itself. */
export function keyRecordVectors(): Vector[] {
  const ledger = sampleLedger()
  const quiet = goneOn(nothing)
  const compromised = goneOn((it) => void it.revoke(evidenceKey, 'compromised'))
  const further = goneOn((it) => void [it.append(other('run-other', 7)), it.append(other('run-other', 8))])
  const stranger = goneOn(nothing, sampleLedger(DRAFTS(), { seed: 'another ledger' }))
  const asked = (newer: TestLedger, options: VectorOptions = {}) => ({ keys: [keyRecordsOf(newer)], ...options })
  const stale = (name: string, shows: string, options: VectorOptions) =>
    bad('negative', name, 'KEYS_MAY_HAVE_CHANGED', shows, { ledger, options })
  return [
    good(
      'key-records',
      'A newer checkpoint is held; the key records of the ledger reach it, and have no root to compare with it.',
      ledger,
      {},
      asked(quiet, { checkpoints: heldOf(forkedKeys()) }),
    ),
    good(
      'key-records-of-another-ledger',
      'Key records of another ledger of the same origin settle nothing, and nothing was asked.',
      ledger,
      {},
      asked(stranger),
    ),
    bad(
      'forged',
      'key-records-compromised-later',
      'KEY_COMPROMISED',
      'The ledger itself tells that the signing key was compromised.',
      { ledger, options: asked(compromised) },
    ),
    bad(
      'forged',
      'key-records-other-history',
      'ROOT_DIVERGED',
      'The ledger has other key records where this bundle has its own.',
      { ledger, options: asked(forkedKeys()) },
    ),
    stale(
      'key-records-of-another-ledger-reach',
      'Key records of another ledger reach the size of the checkpoint that is held, and tell nothing of this one.',
      asked(stranger, { checkpoints: heldOf(quiet) }),
    ),
    stale(
      'key-records-too-old',
      'The key records end before the checkpoint that is held.',
      asked(quiet, { checkpoints: heldOf(further) }),
    ),
  ]
}
