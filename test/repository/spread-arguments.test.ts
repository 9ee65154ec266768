import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Calls that take a list apart into arguments, and why the list is short. Beyond about 120,000 arguments the stack is
 * exhausted: whoever adds a line here says what bounds the list.
 */
const SHORT: Readonly<Record<string, string>> = {
  'src/ledger/fsck-tree.ts Math.max': 'the widths of one tile, at most 256',
  'src/events/families/ledger.ts Math.min': 'the rows of the table of algorithms',
  'src/events/families/ledger.ts Math.max': 'the rows of the table of algorithms',
  'src/ledger/writer.ts sizes.unshift': '64 positions of a step',
  'src/stores/files/file-tile-store.ts join': 'the parts of one path',
  'src/cli/commands/keys.ts listed.push': 'the keys of the genesis record, which is one record',
  'connectors/postgres/newest-commit.ts found.push': 'the tables that one statement asks about',
  'connectors/postgres/read-anchor.ts attempt': 'the statements of one reading, which are written down',
  'connectors/postgres/read-schemas.ts query': 'the statements of one reading, which are written down',
  'connectors/postgres/read-state.ts attempt': 'the statements of one reading, which are written down',
  'connectors/postgres/session.ts query': 'the statements of one reading, which are written down',
  'src/cli/program.ts Math.max': 'the examples of one command',
  'src/cli/table.ts Math.max': 'the members of one record that is shown',
  'src/cli/doctor/examine-project.ts findings.push': 'the findings of one examination',
  'verifier/ts/src/tile-walk.ts concatBytes': 'a tile has at most 256 hashes',
  'verifier/ts/src/render.ts Math.max': 'the lines of one result',
  'verifier/ts/src/render.ts lines.push': 'three lines of advice',
  'verifier/ts/src/record-data.ts oneOf': 'the rows of the table of algorithms',
  'verifier/ts/src/documents.ts oneOf': 'the words of a closed list of the specification',
  'verifier/ts/src/archive.ts String.fromCharCode': 'a name, cut at 1,024 bytes',
  'verifier/ts/src/log-replay.ts concatBytes': 'the entries of one tile, at most 256, and their lengths',
}

it('no list that may be long is taken apart into the arguments of a call', () => {
  const tracked = execFileSync(
    'git',
    ['ls-files', '-co', '--exclude-standard', 'src', 'connectors', 'projections', 'profiles', 'verifier/ts/src'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  const sources = tracked
    .split('\n')
    .filter((path) => path.endsWith('.ts') && !/\.test(\.support)?\.ts$|\/conformance\//.test(path))
  const found = sources.flatMap((path) => spreadCalls(path, readFileSync(join(root, path), 'utf8')))
  expect(found.filter((call) => SHORT[call] === undefined)).toEqual([])
  expect(Object.keys(SHORT).filter((call) => !found.includes(call))).toEqual([])
})

it('such a call is found, and a list in a list, a parameter list or a literal is none', () => {
  const calls = (text: string) => spreadCalls('a.ts', text)
  expect(calls('found.push(...rest)')).toEqual(['a.ts found.push'])
  expect(calls('f(1, ...a, ...b); new Set([...a]); f([...a]); g({ ...a })')).toEqual(['a.ts f'])
  expect(calls('new Thing(...a)')).toEqual(['a.ts Thing'])
  expect(calls('f.apply(null, a)')).toEqual(['a.ts f.apply'])
  expect(calls('function f(...a: number[]) {}')).toEqual([])
})

/** `<path> <function>` of every call with a spread argument, and of `apply` with a list. */
function spreadCalls(path: string, text: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const name = node.expression.getText()
      const applied =
        /\.apply$/.test(name) && node.arguments?.length === 2 && !/([iI]ndex|[pP]rojection)\.apply$/.test(name)
      if (applied || node.arguments?.some(ts.isSpreadElement)) found.push(`${path} ${name}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true))
  return found
}
