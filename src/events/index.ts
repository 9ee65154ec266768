export type { AppendableEvent } from './appendable-event.js'
export { applyRecords, byPartition } from './apply-records.js'
export { type DraftData, type DraftEvent, runDraft, Sealable, type SealedEvent, toSeal } from './draft-event.js'
export type { EventInput, LedgerRecord, StoredEvent } from './envelope.js'
export { eventIdFor } from './event-id.js'
export {
  type CurrentType,
  type EventData,
  FAMILIES,
  INTERRUPTED_EXIT_CODES,
  type KnownType,
  LATE_WORDS,
  type SealedValue,
  STREAM_MEMBERS,
  VOICED_TYPES,
  VOIDED_BY_REREAD,
  type Voice,
  voiceOfRecord,
} from './families/index.js'
export { fingerprint, fingerprintKeyId } from './fingerprint.js'
export { finishRecord, type LedgerAttributes, RecordFrame, type RecordFrameAttributes } from './finish-record.js'
export { foldRecords } from './fold-records.js'
export {
  assertAppendableStream,
  assertStreamName,
  isRecordedAt,
  isStreamName,
  isTime,
  LEDGER_ATTRIBUTES,
  NEW_ORIGIN,
  ORIGIN,
  PRODUCER_ATTRIBUTES,
  SUBMITTER,
} from './grammar/index.js'
export { assertPlausible, instantOf } from './instant.js'
export { isEventOf, isType } from './is-type.js'
export { parseAdmitted, parseRecord, RecordReader } from './parse-record.js'
export { type PrepareOptions, prepare } from './prepare.js'
export {
  checkTransferred,
  isPrepared,
  MAX_RECORD_BYTES,
  type PreparedEvents,
  producerLength,
  SEGMENTS,
  transferListOf,
} from './prepared-events.js'
export type { Projection, ProjectionPart } from './projection.js'
export { isLaterVersion, type ProjectionVersion, versionOfParts } from './projection-version.js'
export {
  CLYRA_REGISTRY,
  createRegistry,
  defineFamily,
  type EventFamily,
  type EventRegistry,
  type EventType,
  upcast,
} from './registry.js'
export {
  ADOPTIONS_STREAM,
  CLYRA_TYPE_PREFIX,
  GENESIS_STREAM,
  HEADS_STREAM,
  isReservedStream,
  isReservedType,
  KEYS_STREAM,
  REDACTIONS_STREAM,
  STREAM_OF_RESERVED_TYPE,
} from './reserved.js'
export { runOf, runStream } from './run-stream.js'
export { sameProducerContent } from './same-producer-content.js'
export { type Opening, openSealed, saltFor, seal, sealedValuesOf } from './seal.js'
export { decryptValue, type EncryptedValue, encryptValue } from './sealed-storage.js'
export { type FoldDigest, foldDigests, partsOf, stateDigest } from './state-digests.js'
export { GENESIS_PREV, streamStartValue } from './stream-start.js'
export type { Upcaster } from './upcaster.js'
