#!/usr/bin/env node
import { codedError } from '../errors/index.js'
import { createWorkbench } from '../system/index.js'
import { COMMANDS } from './commands/index.js'
import { type Environment, processEnvironment } from './environment.js'
import { reportFailure } from './failure.js'
import { VERSION } from './version.js'
import { runWrapped } from './wrapper/run-wrapped.js'
import { wrappedRunIn } from './wrapper/wrapped-run-in.js'

/**
 * The composition root: the only place where the program meets the process it runs in. Nothing that it imports loads a
 * package (`loads-no-package.test.ts`): where one is missing or broken dbt must still run, and the others must say so.
 */
async function main(line: readonly string[]): Promise<void> {
  const stopping = new AbortController()
  const environment = processEnvironment(stopping.signal, () => stopping.abort())
  const wrapped = wrappedRunIn(line)
  // At once: nothing that is still open (a disk that does not answer) may keep the process.
  if (wrapped !== undefined) process.exit(await runWrapped(wrapped, environment))
  process.exitCode = await endOutput(environment, await runOther(line, environment, stopping))
}

/** Any command but a wrapped run. A signal leaves no unfinished file. */
async function runOther(line: readonly string[], environment: Environment, stopping: AbortController): Promise<number> {
  const tidy = (signal: NodeJS.Signals) => {
    // A wrapped run that came here by way of the parser takes them itself.
    if (process.listenerCount(signal) > 1) return
    stopping.abort()
    workbench.discard()
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  }
  const options = { json: line.includes('--json'), quiet: false, verbose: line.includes('--verbose') }
  let status: number | undefined
  const fault = (error: unknown) => {
    // A wrapped run survives them.
    if (process.listenerCount('uncaughtException') > 1) return
    // Node throws some errors of loading once more, after the import has failed: they are told already.
    if (status !== undefined && codedError(error).code === 'INSTALLATION_BROKEN') return
    process.exit(reportFailure(environment, options, error))
  }
  process.on('uncaughtException', fault)
  process.on('unhandledRejection', fault)
  // Only while there is something to tidy up: a signal that has a listener waits for the work that is under way, and a
  // large file is read in one piece.
  const workbench = createWorkbench(
    () => Buffer.from(environment.randomBytes(6)).toString('hex'),
    (unfinished) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        if (unfinished) process.on(signal, tidy)
        else process.off(signal, tidy)
      }
    },
  )
  try {
    const { runProgram } = await import('./program.js')
    status = await runProgram(line, COMMANDS, environment, workbench, VERSION)
  } catch (error) {
    status = reportFailure(environment, options, error)
  }
  return status
}

/** The command's status, unless a part of what it said was lost on the way. */
async function endOutput(environment: Environment, status: number): Promise<number> {
  const lost = await environment.stdout.end()
  return lost === undefined ? status : reportFailure(environment, { json: false, quiet: false, verbose: false }, lost)
}

await main(process.argv.slice(2))
