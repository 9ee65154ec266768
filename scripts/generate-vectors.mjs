// Writes spec/bundle/test-vectors from the definitions in verifier/ts/test/vectors: same definitions, same bytes.
// A vector that is another than it was, or is gone, needs its line in spec/VERSIONING.md: kept.txt takes new names and changes none.
// `--check` writes nothing and exits 1 where a file on disk is not what the definitions give.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const root = fileURLToPath(new URL('../', import.meta.url))
const target = join(root, 'spec/bundle/test-vectors')
const load = async (path) => (await runnerImport(join(root, path), { root, logLevel: 'error' })).module
const { vectorFiles } = await load('verifier/ts/test/vectors/vector-files.ts')
const { attackTable } = await load('test/verification/attack-table.ts')
const { digestsOf, readKept, withNew } = await load('verifier/ts/test/vectors/kept-vectors.ts')
const files = vectorFiles((bytes) => createHash('sha256').update(bytes).digest('hex'))

const MARK = '<!-- Made by scripts/generate-vectors.mjs from here on, of test/verification/attacks.ts. -->\n'
const text = (name) => Buffer.from(files.get(name)).toString('utf8')
const { vectors } = JSON.parse(text('index.json'))
const [head] = readFileSync(join(target, 'README.md'), 'utf8').split(MARK)
files.set('README.md', Buffer.from(`${head}${MARK}${attackTable(vectors.map(({ name }) => name))}`))

const keptFile = join(target, 'kept.txt')
const kept = readKept(existsSync(keptFile) ? readFileSync(keptFile, 'utf8') : '')
files.set('kept.txt', Buffer.from(withNew(kept, digestsOf(vectors, text('SHA256SUMS')))))

const onDisk = (directory) =>
  readdirSync(directory).flatMap((name) => {
    const path = join(directory, name)
    return statSync(path).isDirectory() ? onDisk(path) : [path.slice(target.length + 1)]
  })
const existing = existsSync(target) ? onDisk(target) : []

if (process.argv.includes('--check')) {
  const stale = [
    ...existing.filter((path) => !files.has(path)),
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
