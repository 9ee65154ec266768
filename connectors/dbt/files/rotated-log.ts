import { type LeftOut, nanosOf, utc } from '../drafts/index.js'
import { type LineBytes, linesOf } from './lines.js'
import { scanLog } from './log-scan.js'

/** One file of a log, in UTF-8 and without what other programs put around its lines. */
export interface LogPart {
  readonly name: string
  readonly bytes: LineBytes
}

/** The parts of one log as one. */
export interface JoinedLog {
  readonly bytes: LineBytes | undefined
  /** Numbers between those that are there: parts that dbt wrote and that are gone. */
  readonly missingParts: number
  readonly leftOut: readonly LeftOut[]
}

/**
 * Joins the parts of a rotated log, or several logs of one run, in the order of their own times; numbers and names say
 * nothing. Parts without a line of the wanted invocation (default: the one that began last) are not needed, and a part
 * that another one holds already is left out by name.
 */
export function joinLogs(parts: readonly LogPart[], invocation: string | undefined): JoinedLog {
  const read = parts.map((part) => ({ ...part, scan: scanLog(part.bytes), ...spanOf(part.bytes) }))
  const begun = read
    .flatMap(({ scan }) => scan.invocations)
    .sort((a, b) => (instant(a.begins) < instant(b.begins) ? -1 : 1))
  const wanted = invocation ?? begun.at(-1)?.id
  const holding = read.filter(({ scan }) => scan.invocations.some(({ id }) => id === wanted))
  const used = holding.length > 0 ? holding : read.slice(0, 1)
  const inOrder = used.toSorted((a, b) =>
    a.first < b.first ? -1 : a.first > b.first ? 1 : b.bytes.length - a.bytes.length,
  )
  const kept: typeof inOrder = []
  const leftOut: LeftOut[] = []
  for (const part of inOrder) {
    const whole = kept.find((other) => part.last <= other.last && isWithin(part.bytes, other.bytes))
    if (whole === undefined) kept.push(part)
    else leftOut.push({ source: 'log', name: part.name, reason: 'duplicate', count: part.scan.lines })
  }
  return { bytes: joined(kept.map(({ bytes }) => bytes)), missingParts: holesIn(kept.map(({ name }) => name)), leftOut }
}

function instant(time: string | null): bigint {
  return time === null ? -1n : nanosOf(time)
}

const TIME = /"ts": ?"([0-9TZ:.+-]{19,40})"/

/** The times of the first and the last line that have one. */
function spanOf(bytes: LineBytes): { readonly first: bigint; readonly last: bigint } {
  let first: string | undefined
  let last: string | undefined
  for (const { text } of linesOf(bytes)) {
    const time = TIME.exec(text)?.[1]
    if (time === undefined) continue
    first ??= time
    last = time
  }
  return { first: instant(utc(first)), last: instant(utc(last)) }
}

/** A copy, or a copy that was cut at one of its ends; of files that are read in portions nobody knows. */
function isWithin(part: LineBytes, whole: LineBytes): boolean {
  if (!(part instanceof Uint8Array && whole instanceof Uint8Array)) return false
  return part.length <= whole.length && bufferOf(whole).includes(bufferOf(part))
}

function bufferOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
}

function joined(parts: readonly LineBytes[]): LineBytes | undefined {
  if (parts.length <= 1) return parts[0]
  return {
    length: parts.reduce((sum, part) => sum + part.length + 1, 0),
    *portions() {
      for (const [at, part] of parts.entries()) {
        // A line that was cut at the end of a part must not run into the next one.
        if (at > 0) yield LINE_FEED
        if (part instanceof Uint8Array) yield part
        else yield* part.portions()
      }
    },
  }
}

const LINE_FEED = Uint8Array.of(0x0a)

/** `dbt.log`, `dbt.log.1` and `dbt.log.3`: one is missing. */
function holesIn(names: readonly string[]): number {
  const numbers = new Set(names.map((name) => Number(/\.([0-9]{1,3})(?:\.gz)?$/.exec(name)?.[1] ?? 0)))
  if (names.length < 2 || numbers.size < names.length) return 0
  let [least, most] = [Number.POSITIVE_INFINITY, 0]
  for (const number of numbers) {
    least = Math.min(least, number)
    most = Math.max(most, number)
  }
  return most - least + 1 - numbers.size
}
