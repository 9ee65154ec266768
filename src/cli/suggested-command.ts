import { type ClyraError, commandLine, type ErrorCode } from '../errors/index.js'
import { nearestExisting } from '../system/index.js'
import { installLine, reinstallLine } from './install-line.js'
import { PACKAGE_FOLDER } from './version.js'

/**
 * What to try after an error: what the place that threw it says, else what helps with its code; undefined where nothing
 * general does. Rooms below the program know none of its commands: they say what is wrong by a code and details.
 */
export function suggestedCommand(error: ClyraError): string | undefined {
  // What the library says is for a project that uses it; this program looks for packages beside itself.
  if (error.code === 'DRIVER_MISSING') return installLine(PACKAGE_FOLDER, 'pg')
  if (error.fix !== undefined) return error.fix
  const suggested = SUGGESTED[error.code]
  return (typeof suggested === 'function' ? suggested(error.details) : suggested) ?? undefined
}

type Details = ClyraError['details']
type Suggestion = string | null | ((details: Details) => string | null)

/** A detail that is a text. */
const text = (details: Details, name: string): string | undefined => {
  const value = details[name]
  return typeof value === 'string' ? value : undefined
}

const path = (details: Details): string | undefined => text(details, 'path')

/** The file or, where it was removed again, the folder that it would lie in. */
const folderOf = (details: Details): string | undefined => {
  const lost = path(details)
  return lost === undefined ? undefined : nearestExisting(lost)
}

/** Where it is known what is damaged, the first finding says it; elsewhere all of them are wanted. */
const checkLog = ({ damaged }: Details): string => (damaged === undefined ? 'clyra fsck --all' : 'clyra fsck')

/** `null`: a caller of the library meets it, or only the message can say what to do. */
const SUGGESTED: Readonly<Record<ErrorCode, Suggestion>> = {
  ABORTED: 'the same command again',
  ARTIFACT_CORRUPT: 'clyra bundle --help',
  ARTIFACT_MISSING: (details) => {
    const run = text(details, 'run')
    // Without the artefacts beside it.
    return run === undefined ? 'clyra bundle --help' : commandLine`clyra bundle ${run}`
  },
  BATCH_PARTLY_KNOWN: null,
  BATCH_TOO_LARGE: null,
  BUNDLE_MALFORMED: 'clyra verify <bundle>',
  BUNDLE_TOO_LARGE: 'the same command without --embed',
  CLOCK_INVALID: 'date -u',
  CONFIG_INVALID: (details) => {
    const file = path(details)
    return file === undefined || text(details, 'field') !== undefined
      ? 'clyra config'
      : commandLine`\${EDITOR:-vi} ${file}`
  },
  // Never a new build: it would overwrite the evidence.
  DBT_ARTIFACT_INVALID: 'clyra ingest dbt --help',
  DBT_ARTIFACT_MISSING: 'clyra ingest dbt target --log logs/dbt.log',
  DBT_ARTIFACT_TOO_LARGE:
    'ingest a folder with copies of the other files: clyra ingest dbt <folder> --log logs/dbt.log',
  DBT_ARTIFACT_UNSUPPORTED: 'pip install --upgrade dbt-core',
  DBT_LOG_UNRECOGNISED: 'clyra ingest dbt --help',
  DBT_NOT_FOUND: 'clyra doctor',
  DBT_RUN_MISMATCH: ({ known }) => {
    const newest: unknown = Array.isArray(known) ? known.at(-1) : undefined
    return typeof newest === 'string'
      ? commandLine`clyra ingest dbt target --invocation ${newest}`
      : 'clyra ingest dbt --help'
  },
  DISK_FULL: (details) => commandLine`df -h ${folderOf(details) ?? '.'}`,
  DRIVER_MISSING: null,
  ENCODING_INVALID: null,
  ERASURE_INCOMPLETE: 'clyra redact --help',
  EVENT_ID_REUSED: null,
  EVENT_INVALID: null,
  EVENT_TOO_LARGE: null,
  EVIDENCE_REFUSED: 'clyra verify <bundle>',
  FORMAT_TOO_NEW: 'the same command with a newer version of Clyra',
  HEAD_MOVED: 'the same command again',
  HOLDER_GONE: 'the same command again',
  INDEX_CORRUPT: 'clyra fsck',
  INSTALLATION_BROKEN: reinstallLine(PACKAGE_FOLDER),
  INTERNAL: 'the same command with --verbose, and report what it prints',
  INVALID_EXPECTED_REVISION: null,
  INVALID_POSITION: 'clyra log tail',
  INVALID_STREAM_NAME: 'clyra log streams',
  IO_FAILED: (details) =>
    details['errno'] === 'EMFILE'
      ? 'ulimit -n 1024 and the same command'
      : path(details) === undefined
        ? 'clyra doctor'
        : commandLine`ls -ld ${path(details) ?? ''}`,
  JSON_BAD_UTF8: null,
  JSON_BOM: null,
  JSON_DUPLICATE_NAME: null,
  JSON_FORBIDDEN_NAME: null,
  JSON_NOT_CANONICAL: null,
  JSON_NUMBER: null,
  JSON_SURROGATE: null,
  JSON_SYNTAX: null,
  JSON_TOO_DEEP: null,
  JSON_TRAILING: null,
  KEY_INVALID: 'clyra keys',
  KEY_MISMATCH: 'clyra keys',
  LEDGER_CLOSED: null,
  LEDGER_EXISTS: (details) => {
    const origin = text(details, 'origin')
    // The name that an interrupted creation has chosen.
    return origin === undefined ? 'clyra runs' : commandLine`clyra init --origin ${origin}`
  },
  LEDGER_IS_A_COPY: 'clyra adopt --help',
  LEDGER_LOCKED: 'CLYRA_LOCK_WAIT=60 and the same command, or wait for that process',
  LEDGER_MISMATCH: 'end the process that holds it, and the same command',
  LEDGER_NOT_FOUND: 'clyra init',
  LEDGER_ROLLED_BACK: 'clyra adopt --help',
  LEDGER_TAKEN_AWAY: 'the same command again',
  // Nothing mends a run that is recorded so; the record shows what it rests on.
  LINK_MISSING: ({ position }) =>
    typeof position === 'number' ? commandLine`clyra log show ${String(position)}` : null,
  LOCKS_UNSUPPORTED: 'the same command with --ledger <a directory on a local disk>',
  LOG_CORRUPT: checkLog,
  LOG_LOST: 'mv .clyra .clyra-without-log && cp -a <backup> .clyra && clyra adopt',
  MAKER_UNKNOWN: 'the same command with a newer version of Clyra',
  NOTE_MALFORMED: 'clyra export tiles <dir>, which writes the checkpoint again',
  NOT_A_REGULAR_FILE: (details) => commandLine`ls -ld ${path(details) ?? '.clyra'}`,
  NOT_SEALED: 'clyra prove --help',
  NOT_YET_SUPPORTED: (details) => {
    const tiles = text(details, 'tiles')
    if (tiles !== undefined) return commandLine`clyra export tiles ${tiles}`
    return text(details, 'store') === undefined ? 'clyra --help' : 'clyra config'
  },
  NO_EVIDENCE_KEY: 'clyra keys rotate',
  OUTPUT_EXISTS: 'the same command with --force, or another name',
  PEER_REFUSED: 'the same command with the release that the other process has',
  PERMISSION_DENIED: (details) => commandLine`ls -ld ${path(details) ?? '.clyra'}`,
  PROJECTION_DIVERGED: 'clyra replay',
  PROJECTION_FAILED: null,
  QUEUE_FULL: 'the same command again',
  READ_ONLY: 'clyra doctor',
  RECORDER_ENDED: 'clyra doctor',
  RESERVED_STREAM: null,
  RUN_NOT_FOUND: 'clyra runs',
  RUN_OF_OTHER_PROFILE: 'clyra bundle --last',
  SEAL_FAILED: 'clyra doctor',
  SIGNATURE_INVALID: 'clyra keys',
  SPOOL_CORRUPT: 'clyra doctor',
  SPOOL_KIND_UNKNOWN: 'clyra spool flush, with the program or the release that wrote it',
  STATE_NOT_OURS: (details) => `ls -ld ${path(details) ?? '.clyra'}`,
  STORE_FAILED: 'clyra fsck',
  STRAY_FILE: 'clyra fsck --all',
  STREAM_ABSENT: 'clyra log streams',
  STREAM_EXISTS: 'clyra log streams',
  TREE_DIVERGED: (details) =>
    details['damaged'] === 'export' ? commandLine`clyra verify ${path(details) ?? '.'}` : checkLog(details),
  UNKNOWN_TYPE: null,
  USAGE: 'clyra --help',
  VAULT_FAILED: 'clyra doctor',
  WRONG_REVISION: null,
}
