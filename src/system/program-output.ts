import { type StartOptions, startProgram } from './start-program.js'

export interface OutputOptions extends Omit<StartOptions, 'stdio' | 'detached'> {
  /** What it reads on its standard input. Default nothing. */
  readonly input?: string
  /** Milliseconds after which it is killed. */
  readonly timeoutMs: number
  /** The most bytes that it may write, of both outputs together; one more and it is killed. */
  readonly limit: number
  readonly signal?: AbortSignal
}

/** How a program ended, and what it wrote. */
export interface ProgramOutput {
  /** Its exit code, null where it was killed. */
  readonly code: number | null
  /** Why we killed it, null where we did not. */
  readonly killed: 'timed-out' | 'too-much-output' | 'aborted' | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end and gives what it wrote, as UTF-8. Rejects with StartFailure where it cannot be started. */
export async function programOutput(
  program: string,
  args: readonly string[],
  { input = '', timeoutMs, limit, signal, ...how }: OutputOptions,
): Promise<ProgramOutput> {
  const child = await startProgram(program, args, { ...how, stdio: 'pipe' })
  const { stdin, stdout, stderr } = child
  // With `pipe` there are all three.
  if (stdin === null || stdout === null || stderr === null) throw new TypeError('a program without its streams')
  let killed: ProgramOutput['killed'] = null
  let room = limit
  const kill = (why: NonNullable<ProgramOutput['killed']>) => {
    killed ??= why
    child.kill('SIGKILL')
    // What it started itself may hold the outputs open for ever.
    stdout.destroy()
    stderr.destroy()
  }
  const collect = (stream: NodeJS.ReadableStream): Buffer[] => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => {
      room -= chunk.length
      if (room < 0) kill('too-much-output')
      else chunks.push(chunk)
    })
    return chunks
  }
  const out = collect(stdout)
  const complaint = collect(stderr)
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  // One that ends before it has read everything is judged by its exit.
  stdin.on('error', () => undefined)
  stdin.end(input)
  const timer = setTimeout(() => kill('timed-out'), timeoutMs)
  const abort = () => kill('aborted')
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted === true) abort()
  try {
    const code = await ended
    return { code: killed === null ? code : null, killed, stdout: text(out), stderr: text(complaint) }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8')
}
