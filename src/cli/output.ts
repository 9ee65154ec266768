import type { Progress, Teller } from '../runtime/project/index.js'
import { oneLine, steering } from '../system/index.js'
import type { Environment } from './environment.js'

export interface OutputOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
}

/**
 * Where a command speaks: results go to stdout, everything else to stderr. Notes are silent with `--quiet`, warnings are
 * not; details need `--verbose`. Progress is a line that replaces itself, on a terminal, once the work has taken a second.
 */
export interface Output extends Teller {
  readonly options: OutputOptions
  /** The command's result: the document with `--json`, else the text. Text is dropped by nothing but `--json`. */
  result(document: object, text: string | (() => string)): void
  /** One line of a streamed result: NDJSON with `--json`, else the text. */
  item(document: object, text: string | (() => string)): void
  /** What a person may do next, said like a note but without the program's name. */
  hint(text: string): void
  bold(text: string): string
  good(text: string): string
  bad(text: string): string
  doubtful(text: string): string
}

const PROGRESS_AFTER_MS = 1000
const PROGRESS_EVERY_MS = 100

export function createOutput(environment: Environment, options: OutputOptions): Output {
  const { stdout, stderr } = environment
  // Only for a person at a terminal who has not said NO_COLOR.
  const colour = stdout.isTTY && !environment.variables['NO_COLOR'] && environment.variables['TERM'] !== 'dumb'
  const { paint: painted } = steering(stdout.mark)
  const paint = (code: 1 | 31 | 32 | 33) => (text: string) => (colour ? painted(code, text) : text)
  const aside = (value: string) => {
    if (!options.quiet) stderr.write(endLine(value))
  }
  const text = (value: string | (() => string)) => (typeof value === 'string' ? value : value())
  return {
    options,
    result(document, value) {
      stdout.write(options.json ? `${JSON.stringify(document, null, 2)}\n` : endLine(text(value)))
    },
    item(document, value) {
      stdout.write(options.json ? `${JSON.stringify(document)}\n` : endLine(text(value)))
    },
    note: (value) => aside(`clyra: ${value}`),
    hint: aside,
    warn(value) {
      stderr.write(`clyra: ${oneLine(value)}\n`)
    },
    detail(value) {
      if (options.verbose) stderr.write(endLine(value))
    },
    progress(first) {
      if (!stderr.isTTY || options.quiet) return { update() {}, done() {} }
      return startProgress(environment, first)
    },
    bold: paint(1),
    good: paint(32),
    bad: paint(31),
    doubtful: paint(33),
  }
}

function startProgress(environment: Environment, first: string): Progress {
  const started = environment.elapsed()
  let shownAt = Number.NEGATIVE_INFINITY
  const { eraseLine } = steering(environment.stderr.mark)
  let shown = false
  let current = first
  const show = () => {
    shown = true
    shownAt = environment.elapsed()
    environment.stderr.write(`${eraseLine}${oneLine(current).slice(0, environment.stderr.columns - 1)}`)
  }
  // The first line must come even while one long step gives no updates.
  const timer = setTimeout(show, PROGRESS_AFTER_MS)
  timer.unref()
  return {
    update(text) {
      current = text
      const now = environment.elapsed()
      if (now - started >= PROGRESS_AFTER_MS && now - shownAt >= PROGRESS_EVERY_MS) show()
    },
    done() {
      clearTimeout(timer)
      if (shown) environment.stderr.write(eraseLine)
    },
  }
}

function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}
