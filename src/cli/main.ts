#!/usr/bin/env node
import { randomBytes } from 'node:crypto'
import { createWorkbench } from './atomic-file.js'
import { COMMANDS } from './commands/index.js'
import { processEnvironment } from './environment.js'
import { runProgram } from './program.js'
import { VERSION } from './version.js'

/** The composition root: the only place where the program meets the process it runs in. */
async function main(): Promise<void> {
  const stopping = new AbortController()
  const environment = processEnvironment(stopping.signal, () => stopping.abort())
  const workbench = createWorkbench(() => randomBytes(6).toString('hex'))
  // `run dbt` takes the signals over while dbt runs: then they are dbt's.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (process.listenerCount(signal) > 1) return
      stopping.abort()
      workbench.discard()
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    })
  }
  process.exitCode = await runProgram(process.argv.slice(2), COMMANDS, environment, workbench, VERSION)
}

await main()
