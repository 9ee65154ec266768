// Loads record.ts (TypeScript, not part of the build) and runs it.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('record.ts', import.meta.url)))
await module.record({ rust: process.argv.includes('--rust') })
