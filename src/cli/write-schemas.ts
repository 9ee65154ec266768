import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resultSchemas } from './results.js'

/** Writes `spec/cli/*.schema.json` from the commands: `node dist/src/cli/write-schemas.js`. A test compares them. */
const folder = join(process.cwd(), 'spec', 'cli')
mkdirSync(folder, { recursive: true })
for (const [name, schema] of resultSchemas()) writeFileSync(join(folder, name), `${JSON.stringify(schema, null, 2)}\n`)
