import type { CommandEntry, CommandSpec } from '../command.js'

const entry = (path: string, summary: string, load: () => Promise<CommandSpec>): CommandEntry => ({
  path,
  summary,
  load,
})

/** Every command, in the order of the help. What a command is made of is loaded when it is asked for. */
export const COMMANDS: readonly CommandEntry[] = [
  entry('init', 'start a ledger in this directory', async () => (await import('./init.js')).init),
  entry(
    'demo data',
    'the whole story on recorded runs, in under a minute',
    async () => (await import('./demo-data.js')).demoData,
  ),
  entry('run', 'run dbt and record what it does', async () => (await import('./run-dbt.js')).run),
  entry(
    'ingest dbt',
    'record a dbt run from the files it left',
    async () => (await import('./ingest-dbt.js')).ingestDbt,
  ),
  entry(
    'runs',
    'the recorded runs: what ran, how it ended, what was found',
    async () => (await import('./runs.js')).runs,
  ),
  entry('report', 'the page that says what a run did', async () => (await import('./report.js')).report),
  entry('bundle', 'write the signed evidence of one run as one file', async () => (await import('./bundle.js')).bundle),
  entry('verify', 'check a bundle, or an exported log, offline', async () => (await import('./verify.js')).verify),
  entry('replay', 'fold the log again, and compare what comes out', async () => (await import('./replay.js')).replay),
  entry('log tail', 'the newest records, and with --follow what comes', async () => (await import('./log.js')).logTail),
  entry('log show', 'one record, whole', async () => (await import('./log.js')).logShow),
  entry('log streams', 'the streams with their newest revision', async () => (await import('./log.js')).logStreams),
  entry(
    'prove',
    'prove a record, a stream head, or that the log only grew',
    async () => (await import('./prove.js')).prove,
  ),
  entry('fsck', 're-read every byte of the ledger', async () => (await import('./fsck.js')).fsck),
  entry(
    'export tiles',
    'write the public log as a C2SP tlog-tiles tree',
    async () => (await import('./export-tiles.js')).exportTiles,
  ),
  entry(
    'backup',
    'copy the whole ledger, beside a writer if there is one',
    async () => (await import('./backup.js')).backup,
  ),
  entry(
    'adopt',
    'go on with a copy, or with a ledger that was set back',
    async () => (await import('./adopt.js')).adopt,
  ),
  entry(
    'keys',
    "the ledger's keys, and the line that others need to trust it",
    async () => (await import('./keys.js')).keys,
  ),
  entry(
    'keys rotate',
    'introduce a new evidence key that takes over',
    async () => (await import('./keys.js')).keysRotate,
  ),
  entry('keys revoke', 'revoke an evidence key', async () => (await import('./keys.js')).keysRevoke),
  entry(
    'redact',
    "erase a run's sealed values and artefacts for ever",
    async () => (await import('./redact.js')).redact,
  ),
  entry(
    'artifacts prune',
    "remove copies of old runs' artefacts",
    async () => (await import('./artifacts.js')).artifactsPrune,
  ),
  entry(
    'artifacts export',
    "write a run's artefacts as files",
    async () => (await import('./artifacts.js')).artifactsExport,
  ),
  entry('trust add', "add a ledger's key to your trust file", async () => (await import('./trust.js')).trustAdd),
  entry('trust list', 'list the keys you trust', async () => (await import('./trust.js')).trustList),
  entry('spool flush', 'append what waits in the spools', async () => (await import('./spool.js')).spoolFlush),
  entry('config', 'show every setting and where it came from', async () => (await import('./config.js')).config),
  entry(
    'doctor',
    'check this machine and this ledger, with fixes to paste',
    async () => (await import('./doctor.js')).doctor,
  ),
  entry('version', 'print the version', async () => (await import('./version.js')).version),
  entry('completion', 'print a completion script for your shell', async () =>
    (await import('./completion.js')).completionOf(COMMANDS),
  ),
]
