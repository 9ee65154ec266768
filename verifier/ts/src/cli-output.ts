import { randomBytes } from 'node:crypto'
import { fstatSync, writeSync } from 'node:fs'
import type { Paint } from './render.js'
import { visible } from './terminal-text.js'

/** Where the program speaks. Text is shown, never obeyed, but for what was painted. */
export interface CliOutput {
  /** For a result on a terminal; undefined where no colours are wanted. */
  readonly paint: Paint | undefined
  out(text: string): void
  err(text: string): void
  /** Waits until everything is written; the system's code where something was not, and not because its reader left. */
  end(): Promise<string | undefined>
}

/** The streams of this process. A mark that is random for each process stands where the writer itself sets a colour. */
export function processOutput(env: NodeJS.ProcessEnv): CliOutput {
  const mark = `\u0001${randomBytes(16).toString('hex')}\u0002`
  const colour = (code: number) => (text: string) => `${mark}[${code}m${text}${mark}[0m`
  const inColour = process.stdout.isTTY === true && !env['NO_COLOR']
  const out = new Stream(process.stdout, mark)
  const err = new Stream(process.stderr, mark)
  return {
    paint: inColour ? { good: colour(32), bad: colour(31), doubtful: colour(33) } : undefined,
    out: (text) => out.write(text),
    err: (text) => err.write(text),
    end: () => out.end(),
  }
}

class Stream {
  readonly #stream: NodeJS.WriteStream & { readonly fd: 1 | 2 }
  readonly #mark: string
  readonly #direct: boolean
  #broken: string | undefined

  constructor(stream: NodeJS.WriteStream & { readonly fd: 1 | 2 }, mark: string) {
    this.#stream = stream
    this.#mark = mark
    // Node writes to a file once and does not look at how much of it was taken: a full disk would cut in silence.
    this.#direct = isFileOrDevice(stream.fd) && stream.isTTY !== true
    stream.on('error', (error) => this.#breaks(error))
  }

  write(text: string): void {
    if (this.#broken !== undefined) return
    const shown = text
      .split(this.#mark)
      .map((part, i) => (i === 0 ? visible(part) : `\u001b${visible(part)}`))
      .join('')
    if (!this.#direct) this.#stream.write(shown)
    else {
      try {
        const bytes = Buffer.from(shown, 'utf8')
        for (let written = 0; written < bytes.length; ) written += writeSync(this.#stream.fd, bytes, written)
      } catch (error) {
        this.#breaks(error)
      }
    }
  }

  async end(): Promise<string | undefined> {
    if (this.#broken === undefined && !this.#direct) {
      await new Promise<void>((resolve) => {
        this.#stream.once('error', () => resolve())
        this.#stream.write('', () => resolve())
      })
    }
    return this.#broken === 'EPIPE' ? undefined : this.#broken
  }

  #breaks(error: unknown): void {
    this.#broken ??= error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
  }
}

function isFileOrDevice(fd: number): boolean {
  try {
    const stats = fstatSync(fd)
    return stats.isFile() || stats.isCharacterDevice()
  } catch {
    return false
  }
}
