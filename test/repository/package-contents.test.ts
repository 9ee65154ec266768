import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Folders and files of a tarball that a user has a use for. Anything else has to be added here first. */
const PACKAGES = [
  {
    workspace: '.',
    least: 50,
    belongs: [
      /^(package\.json|README\.md|LICENSE)$/,
      /^dist\/(src|connectors|projections|profiles)\/.+\.(js|d\.ts)$/,
      /^dist\/program\/([a-z0-9-]+\.js|NOTICES\.txt)$/,
      /^dist\/page\/clyra-verify\.html$/,
      /^spec\/.+\.(md|json|zip|txt)$/,
      /^spec\/bundle\/test-vectors\//,
      /^examples\/README\.md$/,
      /^examples\/dbt-postgres\/(README\.md|(dbt_project|profiles)\.yml|(macros|models|recorded|seeds|snapshots|tests)\/.+)$/,
    ],
  },
  {
    workspace: 'verifier/ts',
    least: 50,
    belongs: [/^(package\.json|README\.md|LICENSE)$/, /^dist\/[a-z0-9.-]+\.(js|d\.ts)$/],
  },
  { workspace: 'verifier/def', least: 4, belongs: [/^(package\.json|README\.md|LICENSE|cli\.js)$/] },
  { workspace: 'verifier/pef', least: 4, belongs: [/^(package\.json|README\.md|LICENSE|cli\.js)$/] },
] as const

const TOOL = /\.test\.|\.spec\.|test-?support|fixture|mutant|fuzz|fault|bench|tsbuildinfo|\.map$|^test\/|^scripts\//

function contents(workspace: string): string[] {
  const list = execFileSync('npm', ['pack', '--dry-run', '--json'], {
    cwd: join(root, workspace),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ files }]: [{ files: { path: string }[] }] = JSON.parse(list)
  return files.map(({ path }) => path)
}

/** What a module imports, from compiled code or declarations, where imports stand at the start of a line or in `import()`. */
function imports(whole: string): string[] {
  // The inner lines of a comment may name types in the same words.
  const text = whole.replace(/^\s*\*.*$/gm, '')
  const found = [
    ...text.matchAll(/^(?:import|export)\s[\w$*\s{},]+\sfrom ['"]([^'"]+)['"]/gm),
    ...text.matchAll(/^import ['"]([^'"]+)['"]/gm),
    ...text.matchAll(/\bimport\(['"]([^'"]+)['"]\)/g),
    ...text.matchAll(/\bimport\.meta\.resolve\(['"]([^'"]+)['"]\)/g),
  ]
  return found.map((match) => match[1] ?? '')
}

/** Imports that would not be found where only the tarball and its dependencies are installed. */
function unmet(files: ReadonlyMap<string, string>, dependencies: readonly string[]): string[] {
  return [...files].flatMap(([path, text]) =>
    imports(text)
      .filter((name) => {
        if (name.startsWith('.')) {
          const target = posix.join(dirname(path), name)
          return !files.has(target) && !files.has(target.replace(/\.js$/, '.d.ts'))
        }
        const owner = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? '')
        return !name.startsWith('node:') && !builtinModules.includes(name) && !dependencies.includes(owner)
      })
      .map((name) => `${path} imports ${name}`),
  )
}

describe.each(PACKAGES)('the tarball of $workspace', ({ workspace, least, belongs }) => {
  const paths = contents(workspace)
  const manifest = JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8'))
  const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
  const modules = () =>
    new Map(
      paths
        .filter((path) => /\.(js|d\.ts)$/.test(path))
        .map((path) => [path, readFileSync(join(root, workspace, path), 'utf8')]),
    )

  it('holds what a user has a use for and nothing else: no test, no tool of the tests, no source map', () => {
    expect(paths.length).toBeGreaterThanOrEqual(least)
    expect(paths.filter((path) => !belongs.some((pattern) => pattern.test(path)))).toEqual([])
    // dbt tests of the example, vectors and the conformance suite (`clyra/conformance`) are tests for others to run.
    const own = paths.filter((path) => !/^(examples|spec|dist\/src\/stores\/conformance)\//.test(path))
    expect(own.filter((path) => TOOL.test(path))).toEqual([])
  })

  it('imports only itself, Node and what it declares', () => {
    const files = modules()
    expect(unmet(files, dependencies)).toEqual([])
    const [first = ''] = files.keys()
    const broken = new Map(files).set(first, "import fc from 'fast-check'\nexport * from './not-there.js'\n")
    expect(unmet(broken, dependencies)).toEqual([`${first} imports fast-check`, `${first} imports ./not-there.js`])
  })
})
