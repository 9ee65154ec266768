import { createWorkbench, homeOf, userOf } from '../../system/index.js'
import type { Context } from '../context.js'
import { type Environment, workingDirectory } from '../environment.js'
import { finishersFor } from '../finishers.js'
import { createLogger } from '../logger.js'
import { createOutput } from '../output.js'
import type { Asked, FromRecorder } from '../wrapper/messages.js'

/** The context of a command, for the process that records: what it says is said by the wrapper, its clock is the wrapper's. */
export async function recorderContext(
  { options, ledger, origin, terminal }: Asked,
  send: (message: FromRecorder) => void,
  randomBytes: (length: number) => Uint8Array,
): Promise<Context> {
  const ahead = Math.max(0, performance.timeOrigin - origin)
  const environment: Environment = {
    cwd: workingDirectory(),
    variables: process.env,
    home: homeOf(process.env),
    platform: process.platform,
    user: userOf(process.geteuid?.(), process.env),
    stdout: { isTTY: false, columns: 80, mark: terminal.mark, write: () => undefined, end: async () => undefined },
    stderr: { ...terminal, write: (text) => send({ tell: 'says', text }), end: async () => undefined },
    stopped: new AbortController().signal,
    now: () => new Date(),
    elapsed: () => ahead + performance.now(),
    randomBytes,
  }
  return {
    environment,
    output: createOutput(environment, options),
    // Lines for developers are not worth the record of a run.
    logger: await createLogger(environment, options.verbose).catch(() => ({ debug: () => undefined })),
    workbench: createWorkbench(() => Buffer.from(randomBytes(6)).toString('hex')),
    named: ledger,
    finishers: finishersFor(environment),
  }
}
