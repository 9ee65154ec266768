import { closeDbtRun, readDbtRun } from '../../connectors/dbt/index.js'
import type { RunView } from '../../projections/run/index.js'
import { type DraftEvent, type LedgerRecord, prepare, seal } from '../../src/events/index.js'
import { COMMANDS } from './commands.js'
import { engineOf } from './engines.js'
import { falseWords, resultsOf, type Truth } from './judge.js'
import type { LeftFile, RecordedCommand, Recording } from './recording.js'
import type { CommandResult } from './run-engine.js'
import { viewOf } from './seen-run.js'

/** Reads a recorded run with the readers of today and gives what its record would say. */
function replayed(recording: Recording, command: RecordedCommand): RunView {
  const { run } = command
  const file = (name: LeftFile): Uint8Array | undefined => {
    const key = command.files[name]
    return key === undefined ? undefined : new TextEncoder().encode(recording.texts[key])
  }
  const sources = file('sources')
  const read = readDbtRun({
    run,
    log: file('log'),
    otel: file('otel'),
    queryLog: file('queryLog'),
    manifest: file('manifest'),
    runResults: file('runResults'),
    extras: sources === undefined ? [] : [{ name: 'sources.json', bytes: sources }],
  })
  // A record's data was admitted against the schema of its type when it was recorded.
  const others = command.others as unknown as DraftEvent[]
  const drafts = [...others, ...read.events]
  const all = [...drafts, ...closeDbtRun(run, drafts)]
  return viewOf(run, recordsOf(run, all))
}

/** The drafts as the ledger would keep them; `prev`, leaves and clocks are made up, because a fold never looks at them. */
function recordsOf(run: string, drafts: readonly DraftEvent[]): LedgerRecord[] {
  const key = new Uint8Array(32)
  const events = drafts.map((draft) => seal(key, draft).event)
  prepare(events)
  return events.map((event, position) => ({
    position,
    leaf: new Uint8Array(32),
    bytes: new Uint8Array(0),
    event: {
      ...event,
      specversion: '1.0',
      ledger: 'matrix.example',
      stream: `run-${run}`,
      revision: String(position),
      prev: '0'.repeat(64),
      submitter: 'local',
      recordedat: '2026-01-01T00:00:00Z',
    },
  })) as LedgerRecord[]
}

/** A recorded run as the readers of today would record it, judged. Throws where the command is not in the list any more. */
export function judgedRecording(recording: Recording, recorded: RecordedCommand): CommandResult {
  const command = COMMANDS.find(({ name }) => name === recorded.command)
  if (command === undefined) throw new Error(`the recording has a command ${recorded.command} that is gone`)
  const view = replayed(recording, recorded)
  const { runResults } = recorded.files
  const truth: Truth = {
    exitCode: recorded.exitCode,
    database: engineOf(recording.engine).database,
    relations: recorded.relations === null ? undefined : new Set(recorded.relations),
    results: runResults === undefined ? [] : resultsOf(recording.texts[runResults] ?? '', view),
  }
  return { command: command.name, exitCode: recorded.exitCode, view, falseWords: falseWords(view, command, truth) }
}
