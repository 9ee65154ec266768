// Runs fuzz targets in a process of its own, under a bound on its heap. Argument: an Assignment as JSON, with the names of
// the targets (all where there is none), the path of the file that tells which input is being read and, where readers with
// holes are to be found out, these. Prints one line of JSON for each target.
import { openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'
import { replacing } from './replace-source.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const { progressFile, mutants, only, ...rest } = JSON.parse(process.argv[2] ?? '{}')
const assignment = { ...rest, progress: openSync(progressFile, 'w') }
const say = (document) => process.stdout.write(`${JSON.stringify(document)}\n`)

/** A module of TypeScript, in a module graph of its own: what it imports is loaded for it, mutated or not. */
const load = async (file, plugins = []) => {
  const { module } = await runnerImport(fileURLToPath(new URL(file, import.meta.url)), {
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { '@clyra/verify': `${root}verifier/ts/src/index.ts` } },
    plugins,
  })
  return module
}

const { runSession, TARGET_FILES } = await load('./session-main.ts')

/** The targets of these names, from the files that say they hold them. */
const targetsNamed = async (wanted, plugins) => {
  const found = []
  for (const [file, names] of Object.entries(TARGET_FILES)) {
    if (!names.some((name) => wanted.includes(name))) continue
    const { targets } = await load(`./targets/${file}`, plugins)
    if (targets.map(({ name }) => name).join() !== names.join())
      throw new Error(`${file} holds other targets than ${names}`)
    found.push(...targets.filter(({ name }) => wanted.includes(name)))
  }
  return found
}

if (mutants === undefined) {
  const names = only.length > 0 ? only : Object.values(TARGET_FILES).flat()
  await runSession(await targetsNamed(names, []), assignment, say)
} else {
  for (const mutant of mutants) {
    const targets = await targetsNamed([mutant.target], [replacing(mutant, root)])
    const parts = { ...assignment, most: 1, minimising: 200 }
    await runSession(targets, parts, (counts) => say({ hole: mutant.hole, ...counts }))
  }
}
say({ maxRSS: process.resourceUsage().maxRSS })
