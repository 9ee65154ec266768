/** docs/verification.md: a line for each attack, a column for each program. */
import type { Attack } from './attack.js'
import type { AttackGroup } from './attacks.js'
import { COLUMNS, type Column, type Judged, type Said } from './judges.js'

export const TITLES: Readonly<Record<Column, string>> = {
  typescript: 'Clyra, TypeScript',
  go: 'Clyra, Go',
  tessera: 'Tessera fsck',
  note: 'Go note, tlog',
  dsse: 'securesystemslib',
  openssl: 'OpenSSL',
}
const NOTHING = 'n/a'

/** One cell: `refused 3`, or each word with its number; what has nothing to read says so, and so does who is not there. */
export function cellOf(said: readonly Said[], isAbsent: boolean): string {
  if (isAbsent) return 'absent'
  if (said.length === 0) return NOTHING
  const counts = new Map<string, number>()
  for (const { word } of said) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
    .sort()
    .map(([word, count]) => `${word} ${count}`)
    .join(', ')
}

/** The cells of a row, by their columns, and the codes. */
export function cellsOf({ said, codes }: Judged, isAbsent: (column: Column) => boolean): string[] {
  const sorted = [...codes].sort().map((code) => `\`${code}\``)
  return [...COLUMNS.map((column) => cellOf(said[column], isAbsent(column))), sorted.join(' ')]
}

export const lineOf = ({ attack }: Attack, cells: readonly string[]) => `| ${[attack, ...cells].join(' | ')} |`

/** What a program did not refuse of an attack, by its forms; undefined where it refused all that it was asked. */
export function letPassLine(column: Column, { attack }: Attack, { said }: Judged): string | undefined {
  const forms = said[column].filter(({ word }) => word !== 'refused')
  const named = forms.map(({ form, word }) => (word === 'accepted' ? form : `${form} (${word})`))
  return forms.length === 0 ? undefined : `| ${TITLES[column]} | ${attack} | ${named.join('; ')} |`
}

export interface JudgedGroup extends AttackGroup {
  readonly judged: readonly Judged[]
}

/** The whole page. `programs` says what of others was asked, by its version. */
export function renderPage(
  groups: readonly JudgedGroup[],
  programs: string,
  isAbsent: (column: Column) => boolean,
): string {
  const head = ['attack', ...COLUMNS.map((column) => TITLES[column]), 'codes']
  const parts = groups.map(({ title, rows, judged }) =>
    [
      `## ${title}`,
      '',
      `| ${head.join(' | ')} |`,
      `|${head.map(() => '---').join('|')}|`,
      ...rows.map((row, i) => lineOf(row, cellsOf(judged[i]!, isAbsent))),
      '',
    ].join('\n'),
  )
  const attacks = groups
    .filter(({ passes }) => passes !== true)
    .flatMap(({ rows, judged }) => rows.map((row, i) => ({ row, judged: judged[i]! })))
  const letPass = COLUMNS.flatMap((column) =>
    attacks.flatMap(({ row, judged }) => letPassLine(column, row, judged) ?? []),
  )
  const forms = groups.flatMap(({ judged }) => judged).flatMap(({ said }) => said.typescript).length
  return `# Verification: who refuses what

Made by \`npm run verification\`, not edited by hand; each run of the tests asks again for a part of the rows. Every word was given by the program itself, over the golden vectors of \`spec/bundle/test-vectors\`, over damaged trees of tiles (\`test/foreign/damages.ts\`) and, of tlog, over proofs in its own form.

- **refused**: a verdict other than VALID, or an error. **accepted**: it was given what holds the attack, and said yes. The number is of how many forms.
- **n/a**: nothing that it reads holds the attack, so it was not asked. Only Clyra's verifiers read bundles; Tessera's fsck reads a tree of tiles with its checkpoint, Go's \`note\` and \`tlog\` a checkpoint and proofs, securesystemslib an envelope with the evidence key, OpenSSL one signature with its key.
- **panicked**, **hung**: it gave no word at all. **absent**: it was not installed where the page was made.

That another program accepts something is no fault of it: what it leaves open its caller has to judge, and here that is done. Asked beside Clyra: ${programs}.

${groups.reduce((sum, { rows }) => sum + rows.length, 0)} rows; ${forms} forms were given to Clyra's two verifiers, which agree on verdict and code of each.

${parts.join('\n')}
## What others let pass

| program | attack | forms |
|---|---|---|
${letPass.join('\n')}
`
}
