import { StringDecoder } from 'node:string_decoder'

/** Splits bytes that arrive in any portions into lines; a character or line may lie across portions. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  /** The lines that are complete now, without their line feeds. */
  push(bytes: Uint8Array): string[] {
    const lines = (this.#rest + this.#decoder.write(bytes)).split('\n')
    this.#rest = lines.pop() ?? ''
    return lines
  }

  /** What follows the last line feed; undefined where nothing does. */
  end(): string | undefined {
    const rest = this.#rest + this.#decoder.end()
    this.#rest = ''
    return rest === '' ? undefined : rest
  }
}

/** One line of a file; `complete`: it ended in a line feed. */
export interface FileLine {
  readonly text: string
  readonly complete: boolean
}

const PORTION = 1 << 20

/** The lines of a whole file, one at a time: a log of gigabytes never becomes one string. */
export function* linesOf(bytes: Uint8Array): Generator<FileLine> {
  const splitter = new LineSplitter()
  for (let at = 0; at < bytes.length; at += PORTION) {
    for (const text of splitter.push(bytes.subarray(at, at + PORTION))) yield { text, complete: true }
  }
  const rest = splitter.end()
  if (rest !== undefined) yield { text: rest, complete: false }
}
