// Writes spec/bundle/test-vectors from the definitions in verifier/ts/test/vectors: same definitions, same bytes.
// Until the first release tag the vectors may be made anew and the difference is reviewed; after it they are frozen.
// `--check` writes nothing and exits 1 where a file on disk is not what the definitions give.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const root = fileURLToPath(new URL('../', import.meta.url))
const target = join(root, 'spec/bundle/test-vectors')
const { module } = await runnerImport(join(root, 'verifier/ts/test/vectors/vector-files.ts'), {
  root,
  logLevel: 'error',
})
const files = module.vectorFiles((bytes) => createHash('sha256').update(bytes).digest('hex'))

const onDisk = (directory) =>
  readdirSync(directory).flatMap((name) => {
    const path = join(directory, name)
    return statSync(path).isDirectory() ? onDisk(path) : [path.slice(target.length + 1)]
  })
const existing = existsSync(target) ? onDisk(target) : []

if (process.argv.includes('--check')) {
  const stale = [
    ...existing.filter((path) => !files.has(path) && path !== 'README.md'),
    ...[...files]
      .filter(([path, bytes]) => !existing.includes(path) || !readFileSync(join(target, path)).equals(bytes))
      .map(([path]) => path),
  ]
  if (stale.length > 0) {
    console.error(`not what the definitions give: ${stale.slice(0, 5).join(', ')}${stale.length > 5 ? ', ...' : ''}`)
    process.exit(1)
  }
  console.log(`${files.size} files are what the definitions give`)
} else {
  for (const group of ['valid', 'forged', 'truncated', 'negative'])
    rmSync(join(target, group), { recursive: true, force: true })
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(target, path)), { recursive: true })
    writeFileSync(join(target, path), bytes)
  }
  console.log(`wrote ${files.size} files`)
}
