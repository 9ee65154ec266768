// Runs fuzz targets in a process of its own, under a bound on its heap. Argument: an Assignment as JSON, with the path of
// the file that tells which input is being read and, where readers with holes are to be found out, these. Prints one
// line of JSON for each target.
import { openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'
import { replacing } from './replace-source.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const entry = fileURLToPath(new URL('./session-main.ts', import.meta.url))
const { progressFile, mutants, ...assignment } = JSON.parse(process.argv[2] ?? '{}')
const progress = openSync(progressFile, 'w')
const say = (document) => process.stdout.write(`${JSON.stringify(document)}\n`)

const session = async (plugins) => {
  const { module } = await runnerImport(entry, {
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { '@clyra/verify': `${root}verifier/ts/src/index.ts` } },
    plugins,
  })
  return module.runSession
}

if (mutants === undefined) {
  const runSession = await session([])
  runSession({ ...assignment, progress }, say)
} else {
  for (const mutant of mutants) {
    const runSession = await session([replacing(mutant, root)])
    const parts = { ...assignment, progress, only: [mutant.target], most: 1, minimising: 200 }
    runSession(parts, (counts) => say({ hole: mutant.hole, ...counts }))
  }
}
say({ maxRSS: process.resourceUsage().maxRSS })
