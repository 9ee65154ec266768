import * as z from 'zod'
import { ClyraError, commandLine } from '../errors/index.js'
import type { Workbench } from '../system/index.js'
import type { ExitStatus, LoadedCommand } from './command.js'
import type { Environment } from './environment.js'
import { reportFailure } from './failure.js'
import { finishersFor } from './finishers.js'
import { createLogger } from './logger.js'
import { createOutput } from './output.js'

const commonOptions = z.object({
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
  verbose: z.boolean().default(false),
  ledger: z.string().min(1).optional(),
})

/**
 * Runs one command with what was parsed for it, and says what goes wrong in it.
 * Throws USAGE where an option that every command has cannot be used.
 */
export async function runCommand(
  command: LoadedCommand,
  args: readonly string[],
  parsed: unknown,
  environment: Environment,
  workbench: Workbench,
): Promise<ExitStatus> {
  const common = commonOptions.safeParse(parsed)
  if (!common.success) throw badOption(command, common.error)
  try {
    const options = command.options.safeParse(parsed)
    if (!options.success) throw badOption(command, options.error)
    const context = {
      environment,
      output: createOutput(environment, common.data),
      logger: await createLogger(environment, common.data.verbose),
      workbench,
      named: common.data.ledger,
      finishers: finishersFor(environment),
    }
    return await command.run(context, args, options.data)
  } catch (error) {
    return reportFailure(environment, common.data, error)
  }
}

function badOption(command: LoadedCommand, error: z.ZodError): ClyraError {
  const issue = error.issues[0]
  const name = String(issue?.path[0] ?? '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  return new ClyraError('USAGE', `--${name}: ${issue?.message ?? 'not valid'}`, {
    details: { option: name },
    fix: commandLine`clyra ${command.path.split(' ')} --help`,
  })
}
