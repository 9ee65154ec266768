// Runs main.ts, which is TypeScript and not part of the build.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

await runnerImport(fileURLToPath(new URL('main.ts', import.meta.url)))
