/**
 * JSON as Python's `json.dumps` writes it: the tokens NaN, Infinity and -Infinity may stand where a number may. They
 * are read as null. Lone surrogates in escapes are kept (records replace them); of a name that stands twice the last
 * counts, as in Python.
 */
export type PythonJson =
  | { readonly ok: true; readonly value: unknown; readonly nonNumbers: number }
  /** `offset`: how many UTF-16 units of the text stand before the place where it stops to be JSON. */
  | { readonly ok: false; readonly offset: number }

/** Never throws. The text is looked at token by token only where it is not plain JSON. */
export function parsePythonJson(text: string): PythonJson {
  try {
    return { ok: true, value: JSON.parse(text), nonNumbers: 0 }
  } catch {
    const read = scan(text)
    if (read.stopped !== null) return { ok: false, offset: read.stopped }
    try {
      return { ok: true, value: JSON.parse(read.plain), nonNumbers: read.nonNumbers }
    } catch {
      // Only what the scanner does not follow: nesting beyond what the engine's parser takes.
      return { ok: false, offset: 0 }
    }
  }
}

/** Line (from 1) and byte within the line (from 0) of an offset: what is refused is named with its place. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly byte: number } {
  let line = 1
  let start = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1
    start = at + 1
  }
  return { line, byte: Buffer.byteLength(text.slice(start, offset)) }
}

const TOKEN =
  /[\t\n\r ]*(?:([{}[\],:])|(")|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![0-9A-Za-z.])|(true|false|null)(?![0-9A-Za-z])|(-?Infinity|NaN)(?![0-9A-Za-z]))/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** What may come next. */
type Expected = 'value' | 'value or ]' | 'name or }' | 'name' | ':' | ', or end' | 'nothing'

/** Follows the grammar of JSON without recursion; gives the text with the three tokens made null. */
function scan(text: string): { plain: string; nonNumbers: number; stopped: number | null } {
  const nesting: ('{' | '[')[] = []
  const parts: string[] = []
  let copied = 0
  let nonNumbers = 0
  let expected: Expected = 'value'
  let at = 0
  const afterValue = (): Expected => (nesting.length === 0 ? 'nothing' : ', or end')
  const stop = () => ({ plain: '', nonNumbers, stopped: skipSpace(text, at) })
  while (expected !== 'nothing') {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(text)
    if (token === null) return stop()
    const [, mark, quote, number, word, nonNumber] = token
    let end = TOKEN.lastIndex
    if (quote !== undefined) {
      end = endOfString(text, end)
      if (end < 0) return stop()
      if (end > text.length) return { plain: '', nonNumbers, stopped: text.length }
    }
    const wantsValue = expected === 'value' || expected === 'value or ]'
    if (mark === '{' && wantsValue) {
      nesting.push('{')
      expected = 'name or }'
    } else if (mark === '[' && wantsValue) {
      nesting.push('[')
      expected = 'value or ]'
    } else if (mark === '}' && nesting.at(-1) === '{' && (expected === 'name or }' || expected === ', or end')) {
      nesting.pop()
      expected = afterValue()
    } else if (mark === ']' && nesting.at(-1) === '[' && (expected === 'value or ]' || expected === ', or end')) {
      nesting.pop()
      expected = afterValue()
    } else if (mark === ',' && expected === ', or end') {
      expected = nesting.at(-1) === '{' ? 'name' : 'value'
    } else if (mark === ':' && expected === ':') {
      expected = 'value'
    } else if (quote !== undefined && (expected === 'name' || expected === 'name or }')) {
      expected = ':'
    } else if (mark === undefined && wantsValue && (quote ?? number ?? word ?? nonNumber) !== undefined) {
      expected = afterValue()
      if (nonNumber !== undefined) {
        nonNumbers += 1
        parts.push(text.slice(copied, end - nonNumber.length), 'null')
        copied = end
      }
    } else {
      return stop()
    }
    at = end
  }
  if (skipSpace(text, at) < text.length) return stop()
  parts.push(text.slice(copied))
  return { plain: parts.join(''), nonNumbers, stopped: null }
}

/**
 * Where a string ends whose first character stands at `from`; -1 where it is none, beyond the text where that is cut
 * off. A loop: strings may be long.
 */
function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 0x22) return at + 1
    if (unit < 0x20) return -1
    if (unit !== 0x5c) continue
    ESCAPE.lastIndex = at
    if (!ESCAPE.test(text)) return -1
    at = ESCAPE.lastIndex - 1
  }
  return text.length + 1
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t\n\r'.includes(text[at]!)) at += 1
  return at
}
