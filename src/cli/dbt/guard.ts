import { codedError } from '../../errors/index.js'
import type { Context } from '../context.js'

/** Runs a step of Clyra's that must never disturb the run: what goes wrong is said in one line, and the run goes on. */
export type Guard = <T>(doing: string, step: () => T | Promise<T>) => Promise<T | undefined>

export function createGuard(context: Context): Guard {
  const said = new Set<string>()
  return async (doing, step) => {
    const started = context.environment.elapsed()
    try {
      const result = await step()
      context.logger.debug({ milliseconds: Math.round(context.environment.elapsed() - started) }, doing)
      return result
    } catch (thrown) {
      const error = codedError(thrown)
      const line = `${doing} failed: ${error.message.replace(/\s*\n\s*/g, ' ')} (${error.code}); the run itself goes on untouched`
      // A step that fails again and again (a full disk, polled) is told once.
      if (!said.has(`${doing} ${error.code}`)) context.output.warn(line)
      said.add(`${doing} ${error.code}`)
      if (context.output.options.verbose && error.cause instanceof Error) context.output.detail(error.cause.stack ?? '')
      return undefined
    }
  }
}
