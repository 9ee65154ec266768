// Writes docs/errors.md from src/errors/codes.ts (built to dist/). `--check` only compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERROR_CODES } from '../dist/src/errors/index.js'
import { root } from './steps.mjs'

const exits = { 1: 'the answer is no', 2: 'wrong usage', 3: 'the environment failed', 70: 'a fault of ours' }
const rows = Object.entries(ERROR_CODES).map(([code, { exit, meaning }]) => `| \`${code}\` | ${exit} | ${meaning} |`)
const page = `# Error codes

Every failure that Clyra reports is a \`ClyraError\` with one of these codes; the list is closed. The program prints
\`clyra: <sentence> (CODE)\` and ends with the exit status of the code: ${Object.entries(exits)
  .map(([status, text]) => `${status} = ${text}`)
  .join(', ')}.
A verifier's verdict has codes of its own: \`spec/bundle/codes.json\`.

| code | exit | meaning |
|---|---|---|
${rows.join('\n')}
`
const path = join(root, 'docs', 'errors.md')
if (process.argv.includes('--check')) {
  if (readFileSync(path, 'utf8') !== page) {
    process.stderr.write('docs/errors.md is not what src/errors/codes.ts says; run: npm run docs:errors\n')
    process.exit(1)
  }
} else writeFileSync(path, page)
