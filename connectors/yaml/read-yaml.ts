import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'

/** The parser, loaded with the first document: most commands read none. */
function parser(): typeof Yaml {
  // The package is what its own types say.
  return createRequire(import.meta.url)('yaml') as typeof Yaml
}

/** The value of a YAML document, or what is wrong with it: a sentence without its subject. */
export type YamlRead = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string }

/** The longest document that is read, in UTF-16 code units: what people write into such files has a hundredth of it. */
export const LONGEST_YAML = 512 * 1024

/**
 * Reads one YAML document, in time that grows with its length alone. `version`: `1.1` as dbt's parser (PyYAML) reads it,
 * with merge keys (`<<: *base`); `1.2` without them.
 *
 * Never throws: a document that is too long, nested too deeply, multiplied by its aliases, or that has a key twice is a
 * problem like any other. The parser's warnings quote the file and are dropped. An empty document is null.
 */
export function readYaml(text: string, version: '1.1' | '1.2'): YamlRead {
  if (text.length > LONGEST_YAML) return problem(`is longer than the ${LONGEST_YAML} characters that are read`)
  const { LineCounter, parseDocument } = parser()
  const lines = new LineCounter()
  const at = (offset: number) => `in line ${lines.linePos(offset).line}`
  try {
    const document = parseDocument(text, {
      version,
      logLevel: 'error',
      lineCounter: lines,
      prettyErrors: false,
      // It looks through all keys before for each key; a set of them does the same below.
      uniqueKeys: false,
    })
    const fault = document.errors[0]
    if (fault !== undefined)
      return isTooDeep(fault) ? TOO_DEEP : problem(`${oneLine(fault.message)} ${at(fault.pos[0])}`)
    const twice = repeatedKey(document)
    if (twice !== undefined) return problem(`has a key twice ${at(twice)}`)
    return { ok: true, value: document.toJS() as unknown }
  } catch (error) {
    if (isTooDeep(error)) return TOO_DEEP
    // The parser's refusal of aliases that multiply what they name.
    return problem(error instanceof ReferenceError ? oneLine(error.message) : 'cannot be read')
  }
}

const TOO_DEEP = problem('is nested too deeply')

/** The offset of a key that its map has already. Merge keys may come more than once. */
function repeatedKey(document: Yaml.Document.Parsed): number | undefined {
  const { isScalar, visit } = parser()
  let found: number | undefined
  visit(document, {
    Map(_key, map) {
      const seen = new Set<unknown>()
      for (const { key } of map.items) {
        if (!isScalar(key) || key.value === '<<' || typeof key.value === 'symbol') continue
        const name = String(key.value)
        if (seen.has(name)) {
          found = key.range?.[0] ?? 0
          return visit.BREAK
        }
        seen.add(name)
      }
      return undefined
    },
  })
  return found
}

/** Of the parser, which goes down by calling itself. */
function isTooDeep(error: unknown): boolean {
  return error instanceof Error && /call stack/.test(error.message)
}

function oneLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, 200)
}

function problem(text: string): Extract<YamlRead, { readonly ok: false }> {
  return { ok: false, problem: text }
}
