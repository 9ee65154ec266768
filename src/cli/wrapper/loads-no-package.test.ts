import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const source = fileURLToPath(new URL('../..', import.meta.url))

/** What a module loads at once: types vanish when it is compiled, and `import()` is only done when it is reached. */
function staticImports(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  return [...text.matchAll(/^(?:import|export) (?!type )(?:[^'";]*? from )?'([^']+)'/gm)]
    .filter(([line]) => !/\{(?: type [^,}]+,?)+ \}/.test(line))
    .map(([, name = '']) => name)
}

/** Every module that is loaded with one, and every package that they name. */
function loadedWith(path: string): { readonly modules: Set<string>; readonly packages: Set<string> } {
  const modules = new Set<string>()
  const packages = new Set<string>()
  const follow = (at: string) => {
    if (modules.has(at)) return
    modules.add(at)
    for (const name of staticImports(at)) {
      if (name.startsWith('node:')) continue
      if (!name.startsWith('.')) packages.add(name)
      else follow(join(dirname(at), name.replace(/\.js$/, '.ts')))
    }
  }
  follow(path)
  return { modules, packages }
}

it.each(['main', 'wrapper/recorder', 'wrapper/run-wrapped'])(
  '%s loads no package: it must work without any',
  (name) => {
    const { modules, packages } = loadedWith(join(source, 'cli', `${name}.ts`))
    expect([...modules].filter((path) => !existsSync(path))).toEqual([])
    expect([...packages]).toEqual([])
  },
)

it('the process that runs dbt opens nothing of a ledger', () => {
  const rooms = [...loadedWith(join(source, 'cli', 'main.ts')).modules].map((path) => relative(source, path))
  expect(rooms.filter((path) => !/^(cli|errors|system)\//.test(path))).toEqual([])
  expect(rooms.filter((path) => /^cli\/(ledger|config)\//.test(path))).toEqual([])
})

it('sees a package that a module far below loads', () => {
  expect(loadedWith(join(source, 'cli', 'dbt', 'deliver-run.ts')).packages).toContain('uuid')
})
