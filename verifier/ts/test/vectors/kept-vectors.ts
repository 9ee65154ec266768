import { hex } from '../../src/bytes.js'
import { canonicalBytes } from '../../src/canonical.js'
import type { JsonObject } from '../../src/json.js'
import { sha256 } from '../../src/sha256.js'

/**
 * Vectors stay what they were: `kept.txt` holds the digest of each as it came, and never another one. One that changed or is
 * gone needs a line in the section of `spec/VERSIONING.md` that says why. No history is asked, so a plain copy can be checked.
 */

/** As `index.json` states it. */
export interface IndexEntry {
  readonly name: string
  readonly kind: string
  readonly path: string
  readonly options: JsonObject
  readonly expect: JsonObject
}

/** Name -> digest. What a vector shows is prose, and may be said better. */
export type Digests = ReadonlyMap<string, string>

/** Of what is judged: kind, options, what is expected, and the digests of the files, as `SHA256SUMS` lists them. */
export function digestsOf(vectors: readonly IndexEntry[], sums: string): Digests {
  const lines = sums.trimEnd().split('\n')
  return new Map(
    vectors.map(({ name, kind, path, options, expect }) => {
      const files = lines.filter((line) => {
        const file = line.slice(66)
        return file === path || file.startsWith(`${path}/`)
      })
      return [name, hex(sha256(canonicalBytes({ kind, options, expect, files })))]
    }),
  )
}

/** `<digest>  <name>` a line. */
export const readKept = (text: string): Digests =>
  new Map(text.split('\n').flatMap((line) => (line === '' ? [] : [[line.slice(66), line.slice(0, 64)] as const])))

/** The list with the vectors that are new; those that it has stay as they are. */
export function withNew(kept: Digests, now: Digests): string {
  const all = [...new Map([...now, ...kept])].sort(([a], [b]) => (a < b ? -1 : 1))
  return all.map(([name, digest]) => `${digest}  ${name}\n`).join('')
}

const SECTION = '## Vectors that changed'
const LINE = /^- `([^`]+)` (?:is gone|became `([0-9a-f]{12})`): \S/

/** What is wrong, in sentences: a change that nobody explained, and an explanation of nothing. */
export function unexplained(kept: Digests, now: Digests, versioning: string): string[] {
  const section = versioning.split(`${SECTION}\n`)[1]?.split('\n## ')[0] ?? ''
  const said = new Map(
    section.split('\n').flatMap((line) => {
      const [, name, digest] = LINE.exec(line) ?? []
      return name === undefined ? [] : [[name, digest ?? 'gone'] as const]
    }),
  )
  const changes = new Map(
    [...kept].flatMap(([name, digest]) => {
      const current = now.get(name)
      return current === digest ? [] : [[name, current?.slice(0, 12) ?? 'gone'] as const]
    }),
  )
  return [
    ...[...changes].filter(([name, what]) => said.get(name) !== what).map(([name, what]) => missing(name, what)),
    ...[...said.keys()]
      .filter((name) => !changes.has(name))
      .map((name) => `${name} is as it came, and a line says otherwise`),
  ]
}

const missing = (name: string, what: string): string =>
  `spec/VERSIONING.md, "${SECTION.slice(3)}", lacks: - \`${name}\` ${what === 'gone' ? 'is gone' : `became \`${what}\``}: <why>`
