// Runs record.ts, which is TypeScript and not part of the build.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

await runnerImport(fileURLToPath(new URL('record.ts', import.meta.url)))
