import { runCli } from './cli-main.js'
import { processOutput } from './cli-output.js'

/** Runs the command with what the process has, under another name: packages of one profile have one of their own. */
export async function runAs(name: string): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), process.env, processOutput(process.env), name)
}
