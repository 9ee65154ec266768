#!/usr/bin/env node
import { createWorkbench } from './atomic-file.js'
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
  process.exitCode = await runOther(line, environment, stopping)
}

/** Any command but a wrapped run. A signal leaves no unfinished file. */
async function runOther(line: readonly string[], environment: Environment, stopping: AbortController): Promise<number> {
  const workbench = createWorkbench(() => Buffer.from(environment.randomBytes(6)).toString('hex'))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A wrapped run that came here by way of the parser takes them itself.
      if (process.listenerCount(signal) > 1) return
      stopping.abort()
      workbench.discard()
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    })
  }
  try {
    const { runProgram } = await import('./program.js')
    return await runProgram(line, COMMANDS, environment, workbench, VERSION)
  } catch (error) {
    return reportFailure(environment, { json: line.includes('--json'), quiet: false, verbose: false }, error)
  }
}

await main(process.argv.slice(2))
