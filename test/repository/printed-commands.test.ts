import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/commands/index.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const words = [...new Set(COMMANDS.map(({ path }) => path.split(' ')[0]))].join('|')
/** A value that is put into a text after one of our commands, or into a `fix`, and is not made a word of the shell. */
const UNQUOTED = [
  new RegExp(`(?<!commandLine)\`(?:[^\`$]|\\$(?!\\{))*\\bclyra (?:${words})\\b[^\`]*\\$\\{`),
  new RegExp(`(?<!commandLine)\`(?:[^\`]*\\})?[^\`}]*\\bclyra (?:${words}) [^\`$]*\\$\\{`),
  /\bfix: `[^`]*\$\{/,
]
/** The line that a completion script begins with. */
const NO_COMMAND = '# clyra completion for fish'

test.each(['src', 'connectors', 'projections', 'profiles'])(
  'every command that is printed below %s is quoted for the shell',
  (room) => {
    const lines = readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('.test.'))
      .flatMap((name) =>
        readFileSync(join(root, room, name), 'utf8')
          .split('\n')
          .map((line) => `${room}/${name}: ${line.trim()}`),
      )
    const unquoted = lines.filter(
      (line) => !line.includes(NO_COMMAND) && UNQUOTED.some((pattern) => pattern.test(line)),
    )
    expect(unquoted.filter((line) => !/: (\/?\*|\/\/)/.test(line))).toEqual([])
  },
)

test('the rule sees what it is for', () => {
  const sees = (line: string) => UNQUOTED.some((pattern) => pattern.test(line))
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: these are lines of source
  expect(sees('fix: `clyra report ${run}`,')).toBe(true)
  expect(sees('`run ${run}: added; bundle: clyra bundle ${run}`')).toBe(true)
  expect(sees('fix: `chmod 600 ${path}`,')).toBe(true)
  expect(sees('fix: commandLine`clyra report ${run}`,')).toBe(false)
  expect(sees('`run ${run}: added; bundle: ${commandLine`clyra bundle ${run}`}`')).toBe(false)
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above
})
