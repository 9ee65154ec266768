import { randomUUID } from 'node:crypto'
import { basename, join } from 'node:path'
import { v7 as uuidv7 } from 'uuid'
// Every run reads YAML. Where the parser is missing the recorder says so at once: under a guard it would be one failed step.
import 'yaml'
import { dbtArguments, isNativeProgram, openReadableLog, runFingerprintKey } from '../../../connectors/dbt/index.js'
import { ClyraError, codedError } from '../../errors/index.js'
import { COMMANDS_WITHOUT_WAREHOUSE } from '../../events/codes/index.js'
import { openVault, resolveSettings, type Settings, type StatePlace, settingsFor } from '../../runtime/project/index.js'
import { SPOOL_FILES } from '../../spool/index.js'
import { isThere } from '../../system/index.js'
import type { Context } from '../context.js'
import { VERSION } from '../version.js'
import type { FromRecorder, Recorded } from '../wrapper/messages.js'
import { captureRun, type RunCapture } from './capture-run.js'
import type { ChildExit } from './child.js'
import { type DbtCommand, dbtCommand } from './dbt-command.js'
import { dbtProject, projectOf } from './dbt-project.js'
import { findWarehouse } from './find-warehouse.js'
import { flushLine } from './flush-line.js'
import { createGuard, type Guard } from './guard.js'
import { observeWarehouse } from './observe-warehouse.js'
import { type OpenedSpool, openRunSpool, placeOfRun } from './open-spool.js'
import { planRun, type RunPlan } from './plan-run.js'
import { policyDigest } from './policy-digest.js'
import { startedRun } from './run-metadata.js'
import { createSealer } from './sealer.js'

/** What ties the recorder to the process that runs dbt. */
export interface Wire {
  send(message: FromRecorder): void
  /** Settles when dbt has ended, or could not be started. */
  readonly ended: Promise<ChildExit>
}

const NOTHING: Recorded = { appended: null, spool: null, summary: null }

/**
 * Says how dbt is to be started, records what it does, and brings that into the ledger. Every failure is said on stderr
 * in one line and changes nothing of the run.
 *
 * Everything goes to a spool first; the ledger is only opened to append, after dbt has ended.
 */
export async function recordRun(context: Context, args: readonly string[], wire: Wire): Promise<Recorded> {
  const { environment } = context
  const guard = createGuard(context)
  const found = await guard('looking for the ledger', () => {
    const project = projectOf(context, args)
    return { project, place: placeOfRun(context, project) }
  })
  const { project, place } = found ?? { project: environment.cwd, place: undefined }
  const folders = [project, environment.cwd]
  const settings = await guard('preparing to record the run', () => settingsFor(context, place))
  // Where the settings cannot be read dbt still runs, unrecorded, as the environment says.
  const { dbtCommand: configured } = settings ?? resolveSettings({}, environment)
  const command = dbtCommand(configured, { variables: environment.variables, folders })
  if (command.note !== null) context.output.note(command.note)
  const { program, words } = command
  const prepared =
    settings !== undefined && isRun(context, args)
      ? await guard('preparing to record the run', () => prepare(context, args, { place, settings, command }, guard))
      : undefined
  if (prepared === undefined) {
    wire.send({ tell: 'start', start: { program, args: [...words, ...args], env: {}, folders, spooled: null } })
    await wire.ended
    return NOTHING
  }
  const { capture, plan, spool } = prepared
  const { directory } = spool.writer
  for (const warning of plan.wrap.warnings) context.output.warn(warning)
  await guard('recording the start of the run', () => capture.begin(prepared.started))
  const flush = flushLine(environment.cwd, place, project)
  wire.send({
    tell: 'start',
    start: {
      program,
      args: [...words, ...plan.wrap.args],
      env: plan.wrap.env,
      folders,
      spooled: { run: spool.header.run, directory, child: join(directory, SPOOL_FILES.child), flush },
    },
  })
  // What appends is loaded while dbt works: before it, it would only be waited for.
  const delivery = import('./deliver-run.js')
  delivery.catch(() => {})
  await capture.follow(wire.ended)
  const exit = await wire.ended
  const recorded = await guard('recording the end of the run', async () => {
    await capture.finish(exit)
    return true
  })
  spool.writer.close()
  const delivered =
    recorded === true
      ? await guard('appending the run', async () =>
          (await delivery).deliverRun(context, place, spool, (appended) => wire.send({ tell: 'appended', appended })),
        )
      : undefined
  if (delivered !== undefined && 'appended' in delivered) return { ...delivered, spool: null }
  await spool.lock.release()
  if (isThere(directory)) {
    const why = delivered === undefined ? '' : `${delivered.waitsBecause}: `
    context.output.warn(`${why}the run waits in ${directory}; try: ${flush}`)
    return { ...NOTHING, spool: directory }
  }
  context.output.warn(`this run is not recorded: its spool ${directory} is gone (IO_FAILED)`)
  return NOTHING
}

interface Surroundings {
  readonly place: StatePlace | undefined
  readonly settings: Settings
  readonly command: DbtCommand
}

interface Prepared {
  readonly plan: RunPlan
  readonly spool: OpenedSpool
  readonly capture: RunCapture
  readonly started: ReturnType<typeof startedRun>
}

async function prepare(
  context: Context,
  args: readonly string[],
  { place, settings, command }: Surroundings,
  guard: Guard,
): Promise<Prepared> {
  assertClock(context.environment.now())
  const run = uuidv7()
  const subject = randomUUID()
  // A run that finds no ledger has no shapes: their key is the ledger's.
  const shapeKey =
    place === undefined
      ? undefined
      : await guard('reading the vault', async () => (await openVault(place, settings)).shapeKey())
  const project = dbtProject(context, args)
  const { folder, target } = project
  const spool = await openRunSpool(
    context,
    place,
    run,
    (logFolder) => {
      const plan = planRun(project, run, logFolder)
      const { path, otel, own, start } = plan.log
      const finish = { demonstration: false, fingerprints: 'run', target, log: path, otel, logStart: start } as const
      return { plan, header: { project: folder, finish }, log: own ? basename(path) : undefined }
    },
    subject,
  )
  const { plan } = spool
  const { now, variables } = context.environment
  const found = COMMANDS_WITHOUT_WAREHOUSE.includes(plan.wrap.command ?? '')
    ? undefined
    : await findWarehouse(context, settings, project)
  const capture = captureRun(
    {
      run,
      writer: spool.writer,
      seal: createSealer(spool.subjectKey, settings.keepValues.value),
      fingerprintKey: runFingerprintKey(spool.subjectKey),
      shapeKey,
      warehouse: observeWarehouse({ run, found, now }),
      logTells:
        plan.wrap.log.format === 'json' && plan.wrap.log.complete && !isNativeProgram(command.program, variables),
      readable:
        plan.readableLog === undefined
          ? undefined
          : openReadableLog(plan.readableLog, (thrown) => {
              const { message, code } = codedError(thrown)
              context.output.warn(`the readable log could not be written: ${message} (${code})`)
            }),
      log: plan.log,
      target,
      project: folder,
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
  return { plan, spool, capture, started }
}

/** A run whose times no record can hold would wait in its spool for ever. */
function assertClock(now: Date): void {
  const year = now.getUTCFullYear()
  if (year >= 0 && year <= 9999) return
  throw new ClyraError('EVENT_INVALID', `the clock says the year ${year}, which no record can hold`, {
    details: { year },
    fix: 'date',
  })
}

/** `--version`, `--help` and the like run nothing: they are not recorded. */
function isRun({ environment }: Context, args: readonly string[]): boolean {
  const plan = dbtArguments(args, { env: environment.variables, run: '', logPath: '' })
  return plan.args.length > args.length || plan.log.whose === 'users'
}
