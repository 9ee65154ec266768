import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'

/**
 * Everything that a command may touch besides files: streams, clock, randomness, environment variables.
 * Wired once, in `main.ts`; nothing else in the program reads `process`.
 */
export interface Environment {
  readonly cwd: string
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly platform: string
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  /** Aborts when the program should stop: a broken pipe on stdout, SIGINT or SIGTERM. */
  readonly stopped: AbortSignal
  now(): Date
  /** Milliseconds since the program started, never going back. */
  elapsed(): number
  randomBytes(length: number): Uint8Array
}

export interface OutputStream {
  readonly isTTY: boolean
  readonly columns: number
  write(text: string): void
}

/** The real one. `stop` is called when nobody reads stdout any more; later writes are dropped, never thrown. */
export function processEnvironment(stopped: AbortSignal, stop: () => void): Environment {
  return {
    cwd: process.cwd(),
    variables: process.env,
    home: process.env['HOME'] ?? homedir(),
    platform: process.platform,
    stdout: quietStream(process.stdout, stop),
    stderr: quietStream(process.stderr, () => {}),
    stopped,
    now: () => new Date(),
    elapsed: () => performance.now(),
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
  }
}

/** A stream whose reader may leave at any time: EPIPE ends the output, not the program. */
function quietStream(stream: NodeJS.WriteStream, onBroken: () => void): OutputStream {
  let broken = false
  stream.on('error', () => {
    broken = true
    onBroken()
  })
  return {
    isTTY: stream.isTTY === true,
    columns: stream.columns ?? 80,
    write(text) {
      if (!broken) stream.write(text)
    },
  }
}
