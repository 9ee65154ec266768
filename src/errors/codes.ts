/**
 * The closed list of error codes. Every code has the exit status a program ends with
 * (1 the answer is no, 2 wrong usage, 3 the environment failed, 70 a fault of ours) and one
 * sentence that `docs/errors.md` prints. Add a code here, in alphabetical order, when a new
 * failure can be told apart by a caller; never reuse one for another meaning.
 */
export const ERROR_CODES = {
  ABORTED: { exit: 1, meaning: 'The caller aborted before the operation was handed over; nothing was written.' },
  ARTIFACT_CORRUPT: { exit: 1, meaning: 'A stored artefact no longer has the digest it was captured under.' },
  ARTIFACT_MISSING: { exit: 1, meaning: 'An artefact that a record names is not in the artefact store.' },
  BATCH_PARTLY_KNOWN: {
    exit: 1,
    meaning: 'Some events of the batch are already in the ledger and some are not; nothing was written.',
  },
  BATCH_TOO_LARGE: { exit: 2, meaning: 'The batch exceeds the limit of records or bytes that one append may carry.' },
  BUNDLE_MALFORMED: { exit: 1, meaning: 'A bundle cannot be read as the container that its specification describes.' },
  BUNDLE_TOO_LARGE: {
    exit: 1,
    meaning: 'The bundle would exceed a limit of its format; leave artefacts external, or run dbt in parts.',
  },
  CLOCK_INVALID: {
    exit: 3,
    meaning:
      'The clock gives no instant that a record may carry, or one decades beyond the newest record; nothing was written.',
  },
  CONFIG_INVALID: { exit: 2, meaning: 'The configuration file or a flag holds a value that is not allowed.' },
  DBT_ARTIFACT_INVALID: { exit: 1, meaning: 'A dbt artefact or log cannot be parsed as the version it claims to be.' },
  DBT_ARTIFACT_MISSING: { exit: 3, meaning: 'A dbt artefact that the command needs is not where it was looked for.' },
  DBT_ARTIFACT_TOO_LARGE: {
    exit: 1,
    meaning: 'A dbt artefact is larger than the 512 MiB that are read; the other files can be ingested without it.',
  },
  DBT_ARTIFACT_UNSUPPORTED: {
    exit: 1,
    meaning: 'The dbt artefact was written by a version of dbt older than this release reads.',
  },
  DBT_LOG_UNRECOGNISED: {
    exit: 1,
    meaning: 'No file that was named as a log is a log of dbt that can be read; the message says what each one is.',
  },
  DBT_NOT_FOUND: { exit: 3, meaning: 'The dbt program could not be started.' },
  DBT_RUN_MISMATCH: {
    exit: 1,
    meaning: 'Artefacts, log or the invocation that was asked for are not of one dbt run; nothing was recorded.',
  },
  DISK_FULL: { exit: 3, meaning: 'The disk is full; nothing of the operation was acknowledged.' },
  DRIVER_MISSING: { exit: 3, meaning: 'An optional client package is not installed; the message holds the npm line.' },
  ENCODING_INVALID: { exit: 1, meaning: 'A hex or base64 text is not in its one strict form.' },
  ERASURE_INCOMPLETE: {
    exit: 1,
    meaning:
      'Something that holds the key, values or artefacts of a run could not be erased; the message names it, and nothing was recorded.',
  },
  EVENT_ID_REUSED: {
    exit: 1,
    meaning: 'An event id is already in the ledger, or twice in the batch, with other content or another stream.',
  },
  EVENT_INVALID: {
    exit: 2,
    meaning: 'An event does not meet the schema of its type or the grammar of its attributes.',
  },
  EVENT_TOO_LARGE: { exit: 2, meaning: 'The record would exceed 65,535 bytes; keep large values as artefacts.' },
  EVIDENCE_REFUSED: { exit: 1, meaning: 'The verifier found the bundle INVALID; nothing that it holds is shown.' },
  FORMAT_TOO_NEW: { exit: 3, meaning: 'The ledger or file was written by a newer release; nothing was touched.' },
  HEAD_MOVED: { exit: 1, meaning: 'Another writer appended first; the store is not at the expected head.' },
  HOLDER_GONE: {
    exit: 3,
    meaning:
      'The process that holds the ledger ended, or did not answer, before it said whether it recorded what it was asked to.',
  },
  INDEX_CORRUPT: { exit: 3, meaning: 'The derived index contradicts the log; delete it and it is rebuilt.' },
  INSTALLATION_BROKEN: {
    exit: 3,
    meaning: 'A part of Clyra or a package that it needs is missing, cut off or built for another machine.',
  },
  INTERNAL: { exit: 70, meaning: 'A fault of Clyra itself.' },
  INVALID_EXPECTED_REVISION: {
    exit: 2,
    meaning: 'The expected revision is not one of no-stream, stream-exists, any or a revision.',
  },
  INVALID_POSITION: { exit: 2, meaning: 'A position, revision or size is malformed or out of range.' },
  INVALID_STREAM_NAME: { exit: 2, meaning: 'A stream name does not match the grammar.' },
  IO_FAILED: { exit: 3, meaning: 'The operating system refused a read or write.' },
  JSON_BAD_UTF8: { exit: 1, meaning: 'The bytes are not strict UTF-8.' },
  JSON_BOM: { exit: 1, meaning: 'The bytes start with a byte order mark.' },
  JSON_DUPLICATE_NAME: { exit: 1, meaning: 'An object has a member name twice.' },
  JSON_FORBIDDEN_NAME: { exit: 1, meaning: 'A member name is outside the grammar, or __proto__.' },
  JSON_NOT_CANONICAL: { exit: 1, meaning: 'The bytes are JSON but not the RFC 8785 form of their value.' },
  JSON_NUMBER: { exit: 1, meaning: 'A number is not an integer within +-(2^53-1), or is -0.' },
  JSON_SURROGATE: { exit: 1, meaning: 'A string holds a lone surrogate.' },
  JSON_SYNTAX: { exit: 1, meaning: 'The bytes are not one JSON value.' },
  JSON_TOO_DEEP: { exit: 1, meaning: 'The JSON value is nested deeper than 32 levels.' },
  JSON_TRAILING: { exit: 1, meaning: 'Bytes follow the JSON value.' },
  KEY_INVALID: { exit: 2, meaning: 'A key file, vkey or public key is malformed or not acceptable.' },
  KEY_MISMATCH: { exit: 3, meaning: 'The private key is not the one the ledger names.' },
  LEDGER_CLOSED: { exit: 1, meaning: 'The ledger handle was closed.' },
  LEDGER_EXISTS: { exit: 2, meaning: 'There already is a ledger here; it is never overwritten.' },
  LEDGER_IS_A_COPY: {
    exit: 3,
    meaning: 'The directory is a copy of a ledger; it can be read, and nothing is appended until it is told to go on.',
  },
  LEDGER_LOCKED: { exit: 3, meaning: 'Another process writes this ledger.' },
  LEDGER_MISMATCH: {
    exit: 3,
    meaning: 'The process that answers for this ledger holds another one.',
  },
  LEDGER_NOT_FOUND: { exit: 3, meaning: 'No ledger was found.' },
  LEDGER_ROLLED_BACK: {
    exit: 3,
    meaning:
      'A checkpoint was signed that this ledger no longer bears out: records are gone, or other ones stand there.',
  },
  LEDGER_TAKEN_AWAY: {
    exit: 3,
    meaning:
      'Lock, log or directory were removed or replaced under the process; nothing more is written until reopened.',
  },
  LINK_MISSING: {
    exit: 1,
    meaning:
      'A record of the run names a stream, an approval, that the run had not linked before: no bundle could show it.',
  },
  LOCKS_UNSUPPORTED: { exit: 3, meaning: 'The file system has no locks that keep two writers apart.' },
  LOG_CORRUPT: {
    exit: 3,
    meaning: 'Vouched bytes of the log are damaged; the message names segment, offset and position.',
  },
  LOG_LOST: {
    exit: 3,
    meaning: 'The log is gone from a state directory whose keys or checkpoints are still there; a backup has it.',
  },
  MAKER_UNKNOWN: {
    exit: 1,
    meaning:
      'A page or digest was made by a renderer or fold that this release does not know, by name or by version: it was not compared.',
  },
  NOTE_MALFORMED: { exit: 1, meaning: 'A signed note or checkpoint does not have the C2SP form.' },
  NOT_A_REGULAR_FILE: {
    exit: 3,
    meaning: 'A FIFO, device, socket or directory lies where a file is read or written; it was not touched.',
  },
  NOT_SEALED: { exit: 1, meaning: 'No checkpoint covers the position yet.' },
  NOT_YET_SUPPORTED: { exit: 2, meaning: 'The operation is specified but not part of this release.' },
  NO_EVIDENCE_KEY: { exit: 3, meaning: 'The ledger has no valid evidence key to sign a bundle with.' },
  OUTPUT_EXISTS: { exit: 2, meaning: 'A file is there already where a command was to write; it was left as it is.' },
  PEER_REFUSED: {
    exit: 3,
    meaning: 'What came over the socket of the ledger is no request or answer of its protocol.',
  },
  PERMISSION_DENIED: { exit: 3, meaning: 'The file system refused access.' },
  PROJECTION_DIVERGED: { exit: 1, meaning: 'Folding the log again gives another state than the stored one.' },
  PROJECTION_FAILED: { exit: 1, meaning: 'A projection cannot fold a record; the message names its position.' },
  QUEUE_FULL: { exit: 1, meaning: 'Too many appends wait already; nothing of this one was written.' },
  READ_ONLY: { exit: 3, meaning: 'The ledger was opened read-only, or its file system is.' },
  RECORDER_ENDED: {
    exit: 3,
    meaning:
      'The process that records a run ended before it was done: killed, out of memory, or without progress for too long.',
  },
  RESERVED_STREAM: {
    exit: 2,
    meaning: 'Streams ledger-* and types dev.clyra.ledger.* are written by the ledger alone.',
  },
  RUN_NOT_FOUND: { exit: 1, meaning: 'The ledger has no run of that id.' },
  RUN_OF_OTHER_PROFILE: {
    exit: 1,
    meaning: 'The run is one of another profile than the bundle that was asked for.',
  },
  SEAL_FAILED: { exit: 3, meaning: 'The sealer could not produce or publish a checkpoint; the log itself is intact.' },
  SIGNATURE_INVALID: { exit: 1, meaning: 'A signature does not verify.' },
  SPOOL_CORRUPT: { exit: 3, meaning: 'A spool file cannot be read; it was left where it is.' },
  SPOOL_KIND_UNKNOWN: {
    exit: 3,
    meaning:
      'A spool was not finished by its writer, and this program does not know how to finish what it spools; it waits.',
  },
  STATE_NOT_OURS: {
    exit: 3,
    meaning:
      'A state directory or clyra.yaml that was only found belongs to another user, or every user may write it; nothing in it was read.',
  },
  STORE_FAILED: { exit: 3, meaning: 'The store failed in a flush and takes no append until reopened.' },
  STRAY_FILE: { exit: 1, meaning: 'A file lies in the ledger that is no part of it; look at it, then move it away.' },
  STREAM_ABSENT: { exit: 1, meaning: 'The stream was expected to exist and does not.' },
  STREAM_EXISTS: { exit: 1, meaning: 'The stream was expected not to exist and does.' },
  TREE_DIVERGED: { exit: 3, meaning: 'Log, tiles and signed checkpoint do not agree; the ledger refuses to open.' },
  UNKNOWN_TYPE: { exit: 2, meaning: 'The event type is in the dev.clyra namespace but not registered.' },
  USAGE: { exit: 2, meaning: 'The command line is wrong.' },
  VAULT_FAILED: { exit: 3, meaning: 'The vault could not read or write a subject key or value.' },
  WRONG_REVISION: { exit: 1, meaning: 'The stream is at another revision than expected.' },
} as const satisfies Record<string, { exit: 1 | 2 | 3 | 70; meaning: string }>

export type ErrorCode = keyof typeof ERROR_CODES
