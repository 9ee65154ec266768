// Writes spec/bundle/EXAMPLE.md from verifier/ts/test/example.ts: same seeds, same page.
// `--check` writes nothing and exits 1 where the page on disk is another one.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const root = fileURLToPath(new URL('../', import.meta.url))
const page = `${root}spec/bundle/EXAMPLE.md`
const { module } = await runnerImport(`${root}verifier/ts/test/example.ts`, { root, logLevel: 'error' })
const made = module.exampleDocument()

if (!process.argv.includes('--check')) writeFileSync(page, made)
else if (readFileSync(page, 'utf8') !== made) {
  console.error('spec/bundle/EXAMPLE.md is not what its seeds give: node scripts/generate-example.mjs')
  process.exit(1)
}
