import { StringDecoder } from 'node:string_decoder'

/**
 * The longest line that is read, in UTF-16 units. dbt says an SQL text twice in a line; of a longer one only the
 * beginning is given, which is no JSON any more, so that it counts as unreadable.
 */
export const LONGEST_LINE = 32 << 20
/** What is given of a longer line. */
const BEGINNING = 1_000

/** Splits bytes that arrive in any portions into lines; a character or line may lie across portions. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8')
  #begun: string[] = []
  #length = 0

  /** The lines that are complete now, without their line feeds. */
  push(bytes: Uint8Array): string[] {
    const lines = this.#decoder.write(bytes).split('\n')
    const rest = lines.pop() ?? ''
    const first = lines[0]
    if (first !== undefined) {
      this.#keep(first)
      lines[0] = this.#take()
    }
    this.#keep(rest)
    return lines
  }

  /** What follows the last line feed; undefined where nothing does. */
  end(): string | undefined {
    this.#keep(this.#decoder.end())
    const rest = this.#take()
    return rest === '' ? undefined : rest
  }

  #keep(part: string): void {
    if (part === '') return
    const before = this.#length
    this.#length += part.length
    if (this.#length <= LONGEST_LINE) this.#begun.push(part)
    else if (before <= LONGEST_LINE) this.#begun = [`${this.#begun.join('')}${part}`.slice(0, BEGINNING)]
  }

  #take(): string {
    const line = this.#begun.length === 1 ? (this.#begun[0] ?? '') : this.#begun.join('')
    this.#begun = []
    this.#length = 0
    return line
  }
}

/** One line of a file; `complete`: it ended in a line feed. */
export interface FileLine {
  readonly text: string
  readonly complete: boolean
}

/** The bytes of a file that is larger than what memory is for: read from its start, in portions, each time. */
export interface Portions {
  readonly length: number
  portions(): Iterable<Uint8Array>
}

export type LineBytes = Uint8Array | Portions

const PORTION = 1 << 20

/** The lines of a whole file, one at a time: a log of gigabytes never becomes one string. */
export function* linesOf(bytes: LineBytes): Generator<FileLine> {
  const splitter = new LineSplitter()
  for (const portion of bytes instanceof Uint8Array ? portionsOf(bytes) : bytes.portions()) {
    for (const text of splitter.push(portion)) yield { text, complete: true }
  }
  const rest = splitter.end()
  if (rest !== undefined) yield { text: rest, complete: false }
}

function* portionsOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PORTION) yield bytes.subarray(at, at + PORTION)
}
