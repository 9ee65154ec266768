import { randomUUID } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { dbtArguments } from '../../../connectors/dbt/index.js'
import { surroundingsOf } from '../../../connectors/postgres/index.js'
import type { StatePlace } from '../config/find-state.js'
import { resolveSettings, type Settings } from '../config/settings.js'
import { type Context, settingsFor } from '../context.js'
import { codedError } from '../failure.js'
import { withWriter } from '../ledger/open-ledger.js'
import { openVault } from '../ledger/open-state.js'
import type { OpenedLedger } from '../ledger/opened-ledger.js'
import { updateProjections, viewRun, withProjections } from '../ledger/projections.js'
import { type RunSummary, summarise } from '../ledger/run-summary.js'
import { noteChild } from '../spool/child-process.js'
import { removeSpool, sourceOf } from '../spool/drain.js'
import { type ImportResult, importEvents } from '../spool/import-events.js'
import { openSpool } from '../spool/spool-reader.js'
import { VERSION } from '../version.js'
import { captureRun, type RunCapture } from './capture-run.js'
import { type ChildExit, runChild } from './child.js'
import { runFingerprintKey } from './fingerprint-key.js'
import { createGuard, type Guard } from './guard.js'
import { policyDigest } from './ingest-run.js'
import { isNativeProgram } from './native-program.js'
import { observeWarehouse } from './observe-warehouse.js'
import { type OpenedSpool, openRunSpool, placeOfRun } from './open-spool.js'
import { planRun, type RunPlan } from './plan-run.js'
import { openReadableLog } from './readable-log.js'
import { startedRun } from './run-metadata.js'
import { createSealer } from './sealer.js'

/** What came of a wrapped run. */
export interface WrappedRun {
  readonly exit: ChildExit
  /** Undefined where not even a spool could be made. */
  readonly run: string | undefined
  /** Undefined where the run waits in its spool. */
  readonly imported: ImportResult | undefined
  /** What the ledger has of the run now; undefined where that is not known. */
  readonly summary: RunSummary | undefined
  readonly spool: string | undefined
}

/**
 * Runs dbt and records what it does. dbt's output, exit code and signals are its own; every failure of Clyra's is said
 * on stderr in one line and changes nothing of the run.
 *
 * Everything goes to a spool first; the ledger is only opened to append, after dbt has ended.
 */
export async function runDbt(context: Context, args: readonly string[]): Promise<WrappedRun> {
  const guard = createGuard(context)
  const prepared = isRun(context, args)
    ? await guard('preparing to record the run', () => prepare(context, args, guard))
    : undefined
  if (prepared === undefined) {
    const exit = await runChild(commandOf(context), args, { ...surroundings(context), onStart: () => {} })
    return { exit, run: undefined, imported: undefined, summary: undefined, spool: undefined }
  }
  const { capture, plan, spool, settings } = prepared
  for (const warning of plan.wrap.warnings) context.output.warn(warning)
  await guard('recording the start of the run', () => capture.begin(prepared.started))
  const ended = runChild(settings.dbtCommand.value, plan.wrap.args, {
    cwd: context.environment.cwd,
    env: { ...context.environment.variables, ...plan.wrap.env },
    onStart: (pid) => void guard("noting dbt's process", () => noteChild(spool.writer.directory, pid)),
  })
  await capture.follow(ended)
  const exit = await ended
  const recorded = await guard('recording the end of the run', async () => {
    await capture.finish(exit)
    return true
  })
  spool.writer.close()
  const delivered = recorded === true ? await guard('appending the run', () => deliver(context, prepared)) : undefined
  if (delivered === undefined) await spool.lock.release()
  return {
    exit,
    run: spool.header.run,
    imported: delivered?.imported,
    summary: delivered?.summary,
    spool: delivered === undefined ? spool.writer.directory : undefined,
  }
}

interface Prepared {
  readonly place: StatePlace | undefined
  readonly settings: Settings
  readonly plan: RunPlan
  readonly spool: OpenedSpool
  readonly capture: RunCapture
  readonly started: ReturnType<typeof startedRun>
}

async function prepare(context: Context, args: readonly string[], guard: Guard): Promise<Prepared> {
  const place = placeOfRun(context)
  const settings = settingsFor(context, place)
  const run = uuidv7()
  const subject = randomUUID()
  const vaultKey =
    place === undefined
      ? undefined
      : await guard('reading the vault', () => openVault(place, settings).fingerprintKey())
  let planned: RunPlan | undefined
  const spool = await openRunSpool(
    context,
    place,
    run,
    (logFolder) => {
      planned = planRun(context, settings, args, run, logFolder)
      const { project, target, log } = planned
      return {
        fingerprints: vaultKey === undefined ? 'run' : 'vault',
        dbt: { project, target, log: log.path, otel: log.otel, ownLog: log.own, logStart: log.start },
      }
    },
    subject,
  )
  // `describe` was called by every way out of openRunSpool but a throw.
  const plan = planned as RunPlan
  const { now } = context.environment
  const { variables, home } = context.environment
  const limits = {
    beforeMs: settings.postgresBeforeMs.value,
    afterMs: settings.postgresAfterMs.value,
    commitsMs: settings.postgresCommitsMs.value,
  }
  const warehouse = observeWarehouse({
    run,
    plan: plan.warehouse,
    limits,
    surroundings: surroundingsOf(variables, home),
    now,
  })
  const capture = captureRun(
    {
      run,
      writer: spool.writer,
      seal: createSealer(spool.subjectKey, settings.keepValues.value),
      fingerprintKey: vaultKey ?? runFingerprintKey(spool.subjectKey),
      warehouse,
      limits,
      logTells:
        plan.wrap.log.format === 'json' &&
        plan.wrap.log.complete &&
        !isNativeProgram(settings.dbtCommand.value, variables),
      readable:
        plan.readableLog === undefined
          ? undefined
          : openReadableLog(plan.readableLog, (error) =>
              context.output.warn(`the readable log could not be written: ${codedError(error).message}`),
            ),
      log: plan.log,
      target: plan.target,
      project: plan.project,
      variables,
      now,
      elapsed: () => context.environment.elapsed(),
    },
    guard,
  )
  const policy = (await guard('reading the policy file', () => policyDigest(settings, place))) ?? null
  const time = now().toISOString()
  const started = startedRun({
    run,
    subject,
    capture: 'wrapper',
    demonstration: false,
    time,
    settings,
    policy,
    version: VERSION,
  })
  return { place, settings, plan, spool, capture, started }
}

interface Delivered {
  readonly imported: ImportResult
  readonly summary: RunSummary | undefined
}

/** Brings the finished spool into the ledger; where that fails the spool stays, and the line says so. */
async function deliver(context: Context, { place, spool }: Prepared): Promise<Delivered | undefined> {
  const { directory } = spool.writer
  if (place === undefined) {
    context.output.warn(`no ledger here: the run waits in ${directory}; try: clyra init && clyra spool flush`)
    return undefined
  }
  try {
    return await withWriter(
      context,
      async (opened) => {
        const imported = await importEvents(sourceOf(openSpool(directory)), opened)
        await opened.ledger.heads()
        removeSpool(directory)
        await spool.lock.release()
        const summary = await summaryOf(context, opened, spool.header.run)
        return { imported, summary }
      },
      { place },
    )
  } catch (thrown) {
    const error = codedError(thrown)
    context.output.warn(
      `the ledger could not be written: ${error.message} (${error.code}); the run waits in ${directory}; try: clyra spool flush`,
    )
    return undefined
  }
}

/** The run as the ledger has it. What goes wrong here is said, and takes nothing back: the run is recorded. */
async function summaryOf(context: Context, opened: OpenedLedger, run: string): Promise<RunSummary | undefined> {
  try {
    await updateProjections(context, opened)
    return summarise(await withProjections(opened, (store) => viewRun(opened, store, run)))
  } catch (thrown) {
    const error = codedError(thrown)
    context.output.warn(`the run is recorded, but could not be read again: ${error.message} (${error.code})`)
    return undefined
  }
}

/** `--version`, `--help` and the like run nothing: they are not recorded. */
function isRun({ environment }: Context, args: readonly string[]): boolean {
  const plan = dbtArguments(args, { env: environment.variables, run: '', logPath: '' })
  return plan.args.length > args.length || plan.log.whose === 'users'
}

function commandOf(context: Context): string {
  return resolveSettings({}, context.environment, {}, '').dbtCommand.value
}

function surroundings({ environment }: Context) {
  return { cwd: environment.cwd, env: environment.variables }
}
