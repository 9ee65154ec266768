// Writes spec/events/*.schema.json and spec/common/*.schema.json, and what spec/bundle/constants.json has of the gaps, from the built event families (run `npm run build` before).
// `--check` writes nothing and exits 1 where a file on disk is not what the code gives.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { GAPS } from '../dist/src/events/codes/index.js'
import { commonSchemaFiles, eventSchemaFiles } from '../dist/src/events/json-schemas.js'

const directory = new URL('../spec/events/', import.meta.url)
const check = process.argv.includes('--check')
mkdirSync(directory, { recursive: true })
const files = eventSchemaFiles()
const onDisk = readdirSync(directory).filter((name) => name.endsWith('.schema.json'))
const stale = onDisk.filter((name) => !files.has(name))
const changed = [...files].filter(
  ([name, text]) => !onDisk.includes(name) || readFileSync(new URL(name, directory), 'utf8') !== text,
)
/** The gaps, each with what it is a gap of, as they stand among the constants for verifiers. */
const constants = new URL('../spec/bundle/constants.json', import.meta.url)
const before = readFileSync(constants, 'utf8')
const gaps = Object.entries(GAPS).map(([reason, { of }]) => `      "${reason}": "${of}"`)
const after = before.replace(/("gapVoices": \{)[^}]*?(\n {4}\})/, `$1\n${gaps.join(',\n')}$2`)
const common = [...commonSchemaFiles()].map(([name, text]) => [
  new URL(`../spec/common/${name}`, import.meta.url),
  text,
])
if (check) {
  for (const [file, text] of common) if (readFileSync(file, 'utf8') !== text) stale.push(`../common/${file}`)
  if (after !== before) stale.push('../bundle/constants.json')
  for (const name of [...stale, ...changed.map(([name]) => name)]) console.error(`spec/events/${name} is out of date`)
  process.exitCode = stale.length + changed.length > 0 ? 1 : 0
} else {
  for (const [file, text] of common) writeFileSync(file, text)
  for (const name of stale) rmSync(new URL(name, directory))
  for (const [name, text] of changed) writeFileSync(new URL(name, directory), text)
  if (after !== before) writeFileSync(constants, after)
  console.error(`${files.size} schemas, ${changed.length} written, ${stale.length} removed`)
}
