/** The invariants of `invariants.pml`. */
export const INVARIANTS = [
  'acknowledgedIsDurable',
  'noHalfBatch',
  'publishedNeverContradicted',
  'tilesBeforeCheckpoint',
  'signedIsKeptBeforePublished',
  'headsAreKept',
  'readersSeeOnlyDurable',
  'oneCopyPerId',
  'headMovedIsRetried',
  'vouchedIsNeverSetAside',
  'sealedIsDurable',
  'honestLedgerOpens',
] as const

export type Invariant = (typeof INVARIANTS)[number]

export interface Mutation {
  /** The macro without `MUTATE_`. */
  readonly name: string
  /** What is other in it, as one would say it of the code. */
  readonly says: string
  readonly breaks: Invariant
  /** What breaks with it. Empty: it breaks precisely that one invariant. */
  readonly also?: readonly Invariant[]
  readonly defines: readonly string[]
}

const ONE = ['CRASHES=1', 'FAULTS=1']
const TWO = ['CRASHES=2', 'FAULTS=0']
const ROT = ['CRASHES=1', 'FAULTS=0', 'DAMAGE=1']
const STOLEN = ['CRASHES=0', 'FAULTS=0', 'HEADS=0', 'STEALS=2']
const CONTEND = ['MANY', 'CRASHES=0', 'FAULTS=0']

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'TOLD_BEFORE_FLUSH',
    says: 'an append is acknowledged when it is written, not when it is flushed',
    breaks: 'acknowledgedIsDurable',
    defines: ONE,
  },
  {
    name: 'APPENDS_AFTER_FAILED_FLUSH',
    says: 'a store goes on appending after a flush that failed',
    breaks: 'readersSeeOnlyDurable',
    also: ['acknowledgedIsDurable', 'oneCopyPerId', 'sealedIsDurable', 'honestLedgerOpens'],
    defines: ['CRASHES=2', 'FAULTS=1'],
  },
  {
    name: 'NOT_FLUSHED_AT_OPENING',
    says: 'opening does not flush the frames that a killed writer left in the cache',
    breaks: 'readersSeeOnlyDurable',
    also: ['acknowledgedIsDurable', 'sealedIsDurable', 'honestLedgerOpens'],
    defines: TWO,
  },
  {
    name: 'NOT_REWRITTEN_AT_OPENING',
    says: 'opening does not write a frame again whose flush had failed',
    breaks: 'readersSeeOnlyDurable',
    also: ['acknowledgedIsDurable', 'sealedIsDurable', 'honestLedgerOpens'],
    defines: ['CRASHES=2', 'FAULTS=1'],
  },
  {
    name: 'HALF_FRAMES_COUNT',
    says: 'recovery takes a torn frame for a batch',
    breaks: 'noHalfBatch',
    defines: ONE,
  },
  {
    name: 'PUBLISHED_WITHOUT_COMPARING',
    says: 'publishing does not look whether a larger checkpoint stands there already',
    breaks: 'publishedNeverContradicted',
    defines: CONTEND,
  },
  {
    name: 'TILES_AFTER_SIGNATURE',
    says: 'tiles are written after the checkpoint is signed',
    breaks: 'tilesBeforeCheckpoint',
    defines: ONE,
  },
  {
    name: 'PUBLISHED_BEFORE_SIGNED_STATE',
    says: 'a checkpoint is published before the signed state has moved on',
    breaks: 'signedIsKeptBeforePublished',
    defines: ONE,
  },
  {
    name: 'CHECKPOINTS_NOT_FLUSHED',
    says: 'a signed checkpoint found at opening is published without being flushed',
    breaks: 'signedIsKeptBeforePublished',
    also: ['headsAreKept', 'honestLedgerOpens'],
    defines: TWO,
  },
  {
    name: 'HEADS_NOT_KEPT',
    says: 'a run seals to the end without a checkpoint for each heads record',
    breaks: 'headsAreKept',
    defines: ONE,
  },
  {
    name: 'LEAVES_BEYOND_THE_INDEX',
    says: 'a writer that opens takes leaves that came after its index was caught up',
    breaks: 'headsAreKept',
    defines: CONTEND,
  },
  {
    name: 'MARK_BEFORE_FLUSH',
    says: 'readers are told of a frame before it is flushed',
    breaks: 'readersSeeOnlyDurable',
    defines: ONE,
  },
  {
    name: 'IDS_NOT_LOOKED_UP',
    says: 'a retry is appended without looking for its id',
    breaks: 'oneCopyPerId',
    defines: ONE,
  },
  {
    name: 'INDEX_NOT_CAUGHT_UP',
    says: 'appends are decided by an index that is behind the log',
    breaks: 'oneCopyPerId',
    also: ['headsAreKept'],
    defines: ONE,
  },
  {
    name: 'HEAD_NOT_COMPARED',
    says: 'a store that many write appends without comparing the expected head',
    breaks: 'oneCopyPerId',
    defines: ['MANY', 'CRASHES=0', 'FAULTS=1', 'HEADS=0'],
  },
  {
    name: 'HEAD_MOVED_IS_TOLD',
    says: 'a caller is told that another writer was faster',
    breaks: 'headMovedIsRetried',
    defines: CONTEND,
  },
  {
    name: 'SCAN_STOPS_AT_DAMAGE',
    says: 'recovery does not look for valid frames behind a bad one',
    breaks: 'vouchedIsNeverSetAside',
    defines: ROT,
  },
  {
    name: 'SEALED_SIZE_IGNORED',
    says: 'recovery does not ask how much a signed checkpoint covers',
    breaks: 'vouchedIsNeverSetAside',
    defines: ROT,
  },
  {
    name: 'SEALED_BEFORE_FLUSH',
    says: 'the sealer is given records before they are flushed',
    breaks: 'sealedIsDurable',
    // A crash afterwards leaves a signature that the log does not reach, and the ledger is refused.
    defines: ['CRASHES=0', 'FAULTS=0'],
  },
  {
    name: 'TORN_TAIL_IS_DAMAGE',
    says: 'recovery refuses every log that ends in a bad frame',
    breaks: 'honestLedgerOpens',
    defines: ONE,
  },
  {
    name: 'NO_SECOND_LOOK',
    says: 'an append is acknowledged without a look at lock and log after the flush',
    breaks: 'acknowledgedIsDurable',
    defines: STOLEN,
  },
  {
    name: 'NOT_READ_BACK',
    says: 'lock and length are looked at, but not whether the frame at the end is the own one',
    breaks: 'acknowledgedIsDurable',
    defines: STOLEN,
  },
  {
    name: 'WRITTEN_OVER',
    says: 'a frame is written where its writer takes the end to be, over what another one has appended',
    breaks: 'acknowledgedIsDurable',
    also: ['readersSeeOnlyDurable'],
    defines: STOLEN,
  },
  {
    name: 'ONLY_SET',
    says: 'a checkpoint is signed without a look at the lock, and without comparing what was signed last',
    breaks: 'signedIsKeptBeforePublished',
    defines: STOLEN,
  },
]
