import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Who may name the streams of the process, and why. Everybody else speaks through `OutputStream`. */
const SPEAKERS: Readonly<Record<string, string>> = {
  'src/cli/environment.ts': 'hands the streams to the one writer',
  'src/stores/conformance/test-functions.ts': 'runs inside the test runner of whoever writes a store',
  'verifier/ts/src/cli-output.ts': 'is the writer of the verifier, a package of its own',
}
const SPEAKS = /\bprocess\.(stdout|stderr)\b|\bconsole\./

function speaksIn(text: string): boolean {
  return text.split('\n').some((line) => !/^\s*(\*|\/\/|\/\*)/.test(line) && SPEAKS.test(line))
}

it('nothing speaks past the one writer of the terminal', () => {
  const files = execFileSync('git', ['ls-files', 'src', 'connectors', 'projections', 'verifier/ts/src'], {
    cwd: root,
    encoding: 'utf8',
  })
  const product = files.split('\n').filter((path) => path.endsWith('.ts') && !/\.test(\.support)?\.ts$/.test(path))
  const speakers = product.filter((path) => speaksIn(readFileSync(`${root}${path}`, 'utf8')))
  expect(speakers.sort()).toEqual(Object.keys(SPEAKERS).sort())
})

it('the rule bites where a command forgets it, and not where a comment speaks of it', () => {
  expect(speaksIn("  process.stdout.write('x')")).toBe(true)
  expect(speaksIn("if (x) console.error('x')")).toBe(true)
  expect(speaksIn(' * console.log(record)')).toBe(false)
})
