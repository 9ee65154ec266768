import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMMANDS } from './commands/index.js'
import { resultSchemas } from './results.js'

/** Writes `spec/cli/*.schema.json` from the commands: `node dist/src/cli/write-schemas.js`. A test compares them. */
const folder = join(process.cwd(), 'spec', 'cli')
mkdirSync(folder, { recursive: true })
for (const [name, schema] of await resultSchemas(COMMANDS))
  writeFileSync(join(folder, name), `${JSON.stringify(schema, null, 2)}\n`)
