// Writes spec/events/*.schema.json from the built event families (run `npm run build` before).
// `--check` writes nothing and exits 1 where a file on disk is not what the code gives.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { eventSchemaFiles } from '../dist/src/events/json-schemas.js'

const directory = new URL('../spec/events/', import.meta.url)
const check = process.argv.includes('--check')
mkdirSync(directory, { recursive: true })
const files = eventSchemaFiles()
const onDisk = readdirSync(directory).filter((name) => name.endsWith('.schema.json'))
const stale = onDisk.filter((name) => !files.has(name))
const changed = [...files].filter(
  ([name, text]) => !onDisk.includes(name) || readFileSync(new URL(name, directory), 'utf8') !== text,
)
if (check) {
  for (const name of [...stale, ...changed.map(([name]) => name)]) console.error(`spec/events/${name} is out of date`)
  process.exitCode = stale.length + changed.length > 0 ? 1 : 0
} else {
  for (const name of stale) rmSync(new URL(name, directory))
  for (const [name, text] of changed) writeFileSync(new URL(name, directory), text)
  console.error(`${files.size} schemas, ${changed.length} written, ${stale.length} removed`)
}
