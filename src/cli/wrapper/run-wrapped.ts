import { access } from 'node:fs/promises'
import { shellWord } from '../../errors/index.js'
import { type ChildExit, exitStatusOf, runChild } from '../dbt/child.js'
import { dbtCommand, withoutDbt } from '../dbt/dbt-command.js'
import type { Environment } from '../environment.js'
import type { Complaint, Recorded, RunStart, WrappedRun } from './messages.js'
import { noteChild } from './note-child.js'
import { type RecorderProcess, startRecorder } from './recorder-process.js'
import { secondsIn } from './seconds-in.js'

/** How long dbt's start may wait for Clyra. */
const PREPARE_SECONDS = 30
/** How long what is done with a run afterwards may go on without progress. */
const DELIVERY_SECONDS = 120

/**
 * Runs dbt and gives its exit status, whatever becomes of Clyra: this process opens nothing of a ledger, reads no file
 * and loads no package. All of that happens in the recorder, a process of its own, which says how dbt is to be started
 * and is told when it has ended; where the recorder fails, is killed or hangs, dbt runs as it would have run, and one
 * line says what is not recorded, or where it waits.
 *
 * SIGINT, SIGTERM and SIGHUP end us before dbt is started, are dbt's while it runs, and end the recording afterwards.
 */
export async function runWrapped(wrapped: WrappedRun, environment: Environment): Promise<number> {
  const say = (text: string) => environment.stderr.write(text)
  const life = surviveFaults(say)
  const recorder = startRecorder(
    {
      ...wrapped,
      origin: performance.timeOrigin,
      terminal: {
        isTTY: environment.stderr.isTTY,
        columns: environment.stderr.columns,
        mark: environment.stderr.mark,
      },
    },
    environment.variables,
    say,
  )
  const signals = takeSignals(recorder)
  const seconds = secondsIn(environment.variables, say)
  const start = await recorder.start(seconds('CLYRA_PREPARE_WAIT', PREPARE_SECONDS) * 1000)
  const plan = start ?? unrecorded(wrapped, environment)
  signals.phase = 'dbt'
  const exit = await runChild(plan.program, plan.args, {
    env: { ...environment.variables, ...plan.env },
    onStart(pid) {
      if (plan.spooled !== null) noteChild(plan.spooled.child, pid)
    },
  })
  signals.phase = 'after'
  const status = exitStatusOf(exit)
  life.settled(status)
  if (exit.startError !== null) sayMissing(say, plan, wrapped, exit, environment)
  const recorded = await deliver(recorder, plan, exit, seconds('CLYRA_DELIVERY_WAIT', DELIVERY_SECONDS), say)
  life.over()
  if (wrapped.options.json) {
    const document = { run: plan.spooled?.run ?? null, exitCode: status, ...recorded }
    environment.stdout.write(`${JSON.stringify(document)}\n`)
  }
  const lost = await environment.stdout.end()
  if (lost !== undefined) say(`clyra: ${lost.message} (${lost.code})\n`)
  return status
}

/** dbt as it is started without Clyra. */
function unrecorded({ args }: WrappedRun, environment: Environment): RunStart {
  const { variables } = environment
  const named = variables['CLYRA_DBT'] ?? ''
  const folders = workingFolder(environment)
  const command = dbtCommand(
    named === ''
      ? { value: 'dbt', source: 'default', from: '' }
      : { value: named, source: 'environment', from: 'CLYRA_DBT' },
    { variables, folders },
  )
  return { program: command.program, args: [...command.words, ...args], env: {}, folders, spooled: null }
}

/** None where the working directory was deleted: a program can be started there all the same. */
function workingFolder(environment: Environment): string[] {
  try {
    return [environment.cwd]
  } catch {
    return []
  }
}

function sayMissing(
  say: (text: string) => void,
  { program, folders }: RunStart,
  { args }: WrappedRun,
  { startError }: ChildExit,
  { variables }: Environment,
): void {
  const { reason, fix } = withoutDbt({ program, words: [], chosenBy: 'user', note: null }, args, { variables, folders })
  say(`clyra: ${program} could not be started: ${startError === 'ENOENT' ? reason : startError} (DBT_NOT_FOUND)\n`)
  say(`try: ${fix}\n`)
}

/** Waits for the recorder and says what it could not say itself. */
async function deliver(
  recorder: RecorderProcess,
  { spooled }: RunStart,
  exit: ChildExit,
  silenceSeconds: number,
  say: (text: string) => void,
): Promise<Recorded> {
  const end = await recorder.finish(exit, silenceSeconds * 1000)
  if ('recorded' in end) return end.recorded
  const { complaint, appended } = end
  const line = (what: string, fix: string | null) =>
    say(`clyra: ${what}: ${complaint.message} (${complaint.code})\n${fix === null ? '' : `try: ${fix}\n`}`)
  if (appended !== null) {
    line('the run is recorded, but could not be read again', complaint.fix ?? 'clyra runs')
    return { appended, spool: null, summary: null }
  }
  if (spooled !== null && (await isThere(spooled.directory))) {
    line(`the run is not in the ledger yet and waits in ${shellWord(spooled.directory)}`, spooled.flush)
    return { appended: null, spool: spooled.directory, summary: null }
  }
  line('this run is not recorded', complaint.fix)
  return { appended: null, spool: null, summary: null }
}

/** False too where the file system does not answer within a second. */
function isThere(directory: string): Promise<boolean> {
  return Promise.race([
    access(directory).then(
      () => true,
      () => false,
    ),
    new Promise<boolean>((resolve) => setTimeout(resolve, 1000, false).unref()),
  ])
}

const INTERRUPTED: Complaint = { message: 'the recording was interrupted', code: 'ABORTED', fix: null }

/** What a signal to us means depends on how far the run is. */
function takeSignals(recorder: RecorderProcess): { phase: 'before' | 'dbt' | 'after' } {
  const state: { phase: 'before' | 'dbt' | 'after' } = { phase: 'before' }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // While dbt runs `runChild` passes them on.
      if (state.phase === 'dbt') return
      recorder.end(INTERRUPTED)
      if (state.phase === 'after') return
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    })
  }
  return state
}

interface Life {
  /** dbt has ended, and with this status we end too, whoever ends us. */
  settled(status: number): void
  /** Nothing is left to do but to end. */
  over(): void
}

/** From now on no fault of ours ends this process. */
function surviveFaults(say: (text: string) => void): Life {
  let settled: number | undefined
  let over = false
  const told = new Set<string>()
  const tell = (thrown: unknown) => {
    const message = (thrown instanceof Error ? thrown.message : String(thrown)).replace(/\s*\n\s*/g, ' ')
    if (!told.has(message)) say(`clyra: something went wrong inside Clyra: ${message} (INTERNAL); dbt is not touched\n`)
    told.add(message)
  }
  process.on('uncaughtException', tell)
  process.on('unhandledRejection', tell)
  process.on('exit', () => {
    if (settled === undefined) return
    process.exitCode = settled
    if (!over)
      say('clyra: the recording was cut short (INTERNAL): the run waits in its spool; try: clyra spool flush\n')
  })
  return {
    settled(status) {
      settled = status
    },
    over() {
      over = true
    },
  }
}
