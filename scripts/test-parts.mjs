// The parts of `npm test`: what each runs, how many cores it keeps busy, and what it may take.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './steps.mjs'

const program = (name, entry) => [process.execPath, join(root, 'node_modules', name, entry)]
const vitest = program('vitest', 'vitest.mjs')
const depcruise = program('dependency-cruiser', 'bin/dependency-cruise.mjs')

/**
 * Parts that each are one check, in the order in which they begin: the longer ones first. `command`: what is run;
 * `report`: its tests are counted one by one, by the report of that name; `minutes`: after so long it is ended, and failed.
 */
const CHECKS = [
  { name: 'unit', title: 'unit tests', report: 'unit', command: [...vitest, 'run', '--project', 'unit'], minutes: 12 },
  {
    name: 'unit-24',
    title: 'unit tests on Node 24',
    command: ['npx', '--yes', '--package', 'node@24', 'node', vitest[1], 'run', '--project', 'unit', '--reporter=dot'],
    minutes: 12,
  },
  {
    name: 'install',
    title: 'install services (Postgres, dbt, Chromium)',
    command: [process.execPath, 'test/services/install.mjs'],
    minutes: 12,
  },
  {
    name: 'types',
    title: 'types of tests and scripts',
    command: [...program('typescript', 'bin/tsc'), '-p', 'tsconfig.test.json'],
    minutes: 5,
  },
  {
    name: 'lint',
    title: 'lint and format',
    command: [...program('@biomejs/biome', 'bin/biome'), 'check', '.'],
    minutes: 5,
  },
  {
    name: 'rooms',
    title: 'import rule',
    command: [
      ...depcruise,
      '--config',
      '.dependency-cruiser.cjs',
      'src',
      'connectors',
      'projections',
      'profiles',
      'verifier/ts/src',
      'verifier/page/src',
    ],
    minutes: 5,
  },
  { name: 'vectors', title: 'golden vectors', command: [process.execPath, 'scripts/verify-vectors.mjs'], minutes: 5 },
  { name: 'demo', title: 'first command of the README', command: [process.execPath, 'scripts/demo.mjs'], minutes: 5 },
]

/** The folders of test/, each of which can be run by its name. */
const FOLDERS = readdirSync(join(root, 'test'), { withFileTypes: true })
  .filter(
    (entry) =>
      entry.isDirectory() &&
      readdirSync(join(root, 'test', entry.name), { recursive: true }).some((name) => name.endsWith('.test.ts')),
  )
  .map(({ name }) => name)
  .sort()

/** Tests of the built program, on the services: in three workers, or in one where they want the machine for themselves. */
const SUITES = [
  { name: 'integration', title: 'integration tests', projects: ['integration'], minutes: 32 },
  { name: 'alone', title: 'what measures time, by itself', projects: ['alone'], minutes: 8 },
]

const inFolders = (folders) => ({
  name: 'folders',
  title: `tests of ${folders.join(', ')}`,
  projects: ['integration', 'alone'],
  filters: folders.map((name) => `test/${name}/`),
  minutes: 25,
})

const suitePart = ({ name, title, projects, filters = [], minutes }) => ({
  name,
  title,
  report: name,
  command: [...vitest, 'run', ...projects.flatMap((project) => ['--project', project]), ...filters],
  minutes,
  cores: 2,
})

const GROUPS = {
  quick: ['unit', 'types', 'lint', 'rooms'],
  code: ['unit', 'types', 'lint', 'rooms', 'vectors', 'demo'],
}

/** The parts that are asked for by name, all where none is; a sentence where a name is none. */
export function chosenParts(names) {
  const known = [...CHECKS, ...SUITES].map(({ name }) => name).concat(Object.keys(GROUPS), FOLDERS)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) return `no part of the tests: ${unknown.join(', ')}\n${listOfParts()}`
  const wanted = new Set(names.flatMap((name) => GROUPS[name] ?? [name]))
  const isWanted = ({ name }) => names.length === 0 || wanted.has(name)
  const folders = FOLDERS.filter((name) => wanted.has(name))
  const suites = [...SUITES.filter(isWanted), ...(folders.length > 0 ? [inFolders(folders)] : [])]
  const checks = CHECKS.filter((part) => isWanted(part) || (part.name === 'install' && suites.length > 0))
  return [...checks.map((part) => ({ cores: 1, ...part })), ...suites.map(suitePart)]
}

/** What `npm test -- --list` prints. */
export function listOfParts() {
  const lines = [
    ...CHECKS.map(({ name, title }) => [name, title]),
    ...SUITES.map(({ name, title }) => [name, title]),
    ...Object.entries(GROUPS).map(([name, parts]) => [name, parts.join(', ')]),
    ...FOLDERS.map((name) => [name, `the tests of test/${name}`]),
  ]
  return `npm test -- <part>...; all of them where none is named\n${lines.map(([name, what]) => `  ${name.padEnd(12)} ${what}\n`).join('')}`
}
