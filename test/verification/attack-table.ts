import type { Attack } from './attack.js'
import { ATTACKS } from './attacks.js'

/**
 * The names (`<group>/<name>`) that a list of words names, `*` being any letters: valid ones where they must pass, else all
 * others. Throws where a word names none, so that no row loses what carries it.
 */
export function namedBy(words: string | undefined, passes: boolean, names: readonly string[]): string[] {
  return (words ?? '')
    .split(' ')
    .filter((word) => word !== '')
    .flatMap((word) => {
      const pattern = new RegExp(`^${word.replaceAll('*', '.*')}$`)
      const found = names.filter((name) => {
        const [group, own] = name.split('/') as [string, string]
        return (group === 'valid') === passes && pattern.test(own)
      })
      if (found.length === 0) throw new Error(`no golden vector is called ${word}`)
      return found
    })
}

const LISTS = ['vectors', 'tiles', 'notes', 'noteSignatures', 'envelopes', 'envelopeSignatures', 'keys'] as const

const vectorsOf = (row: Attack, passes: boolean, names: readonly string[]): string[] => [
  ...new Set(LISTS.flatMap((list) => namedBy(row[list], passes, names))),
]

/** The table of `spec/bundle/test-vectors/README.md`: for each attack the vectors that carry it. */
export function attackTable(names: readonly string[]): string {
  const lines = ATTACKS.flatMap(({ title, rows, passes = false }) => [
    '',
    `### ${title}`,
    '',
    '| what | vectors |',
    '|---|---|',
    ...rows.map((row) => {
      const carried = vectorsOf(row, passes, names)
      if (carried.length === 0) throw new Error(`no golden vector shows: ${row.attack}`)
      return `| ${row.attack} | ${carried.map((name) => `\`${name}\``).join(' ')} |`
    }),
  ])
  return `${lines.join('\n')}\n`
}
