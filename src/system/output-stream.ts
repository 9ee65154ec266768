import { fstatSync, writeSync } from 'node:fs'
import { type ClyraError, fromSystemError } from '../errors/index.js'
import { terminalText } from './terminal-text.js'

/** Where the program speaks. */
export interface OutputStream {
  readonly isTTY: boolean
  readonly columns: number
  /** Stands before what shall steer the terminal (`steering`); everything else that could is shown, not obeyed. */
  readonly mark: string
  write(text: string): void
  /** Waits until everything is written; why something was not, if nothing but the reader's leaving was the reason. */
  end(): Promise<ClyraError | undefined>
}

/** `process.stdout` or `process.stderr`. */
type StandardStream = NodeJS.WriteStream & { readonly fd: 1 | 2 }

/**
 * One of the process's own streams. Its reader may leave at any time (EPIPE): that ends the output, not the program, and
 * is no failure. Everything else that keeps a text from being written is one. `onBroken` is called once, when nothing
 * more can be written; later texts are dropped.
 */
export function standardStream(stream: StandardStream, mark: string, onBroken: () => void): OutputStream {
  let failure: ClyraError | undefined
  let broken = false
  const breaks = (error: unknown) => {
    if (broken) return
    broken = true
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE'))
      failure = fromSystemError(error, `write to standard ${stream.fd === 2 ? 'error' : 'output'}`)
    onBroken()
  }
  stream.on('error', breaks)
  const direct = isFileOrDevice(stream)
  return {
    isTTY: stream.isTTY === true,
    columns: stream.columns ?? 80,
    mark,
    write(text) {
      if (broken) return
      const shown = terminalText(text, mark)
      if (!direct) stream.write(shown)
      else {
        try {
          writeWhole(stream.fd, Buffer.from(shown, 'utf8'))
        } catch (error) {
          breaks(error)
        }
      }
    },
    async end() {
      if (!broken && !direct) {
        await new Promise<void>((resolve) => {
          stream.once('error', () => resolve())
          stream.write('', () => resolve())
        })
      }
      return failure
    },
  }
}

/** Node writes to a file once and does not look at how much of it was taken: on a full disk the rest is lost in silence. */
function isFileOrDevice({ fd, isTTY }: StandardStream): boolean {
  try {
    const stats = fstatSync(fd)
    return stats.isFile() || (stats.isCharacterDevice() && isTTY !== true)
  } catch {
    return false
  }
}

function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written)
}
