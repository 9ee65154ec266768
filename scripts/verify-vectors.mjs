// Runs every golden vector of spec/bundle/test-vectors through the built verifier and prints what came out.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'

const root = fileURLToPath(new URL('../', import.meta.url))
const directory = join(root, 'spec/bundle/test-vectors')
const built = join(root, 'verifier/ts/dist/index.js')
if (!existsSync(built)) {
  console.error('building the verifier ...')
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', join(root, 'verifier/ts')], {
    stdio: 'inherit',
  })
}
const { verifyBundle, verifyTiles } = await import(built)

const read = (path) => {
  const file = join(directory, path)
  return existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined
}

const filesIn = (path) => {
  const folder = join(directory, path)
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

let bad = 0
for (const line of readFileSync(join(directory, 'SHA256SUMS'), 'utf8').trimEnd().split('\n')) {
  const [digest, path] = line.split('  ')
  if (
    createHash('sha256')
      .update(read(path) ?? '')
      .digest('hex') === digest
  )
    continue
  console.error(`changed on disk: ${path}`)
  bad++
}

const bytes = (base64) => new Uint8Array(Buffer.from(base64, 'base64'))
const historyOf = ({ size, records }) => ({
  size: BigInt(size),
  records: records.map((record) => ({ position: Number(record.position), bytes: bytes(record.bytes) })),
})
const optionsOf = ({ artifacts, checkpoints, keys, minSize, now, ...rest }) => ({
  ...rest,
  ...(checkpoints && { checkpoints: checkpoints.map(bytes) }),
  ...(keys && { keys: keys.map((source) => (typeof source === 'string' ? bytes(source) : historyOf(source))) }),
  ...(minSize && { minSize: BigInt(minSize) }),
  ...(now && { now: new Date(now) }),
  ...(artifacts && { artifacts: (sha256) => (artifacts[sha256] === undefined ? undefined : bytes(artifacts[sha256])) }),
})

const { vectors } = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8'))
const counts = {}
for (const { name, kind, path, options, expect } of vectors) {
  const result =
    kind === 'bundle'
      ? await verifyBundle(read(path), optionsOf(options))
      : await verifyTiles((file) => read(`${path}/${file}`), { ...optionsOf(options), list: () => filesIn(path) })
  counts[result.verdict] = (counts[result.verdict] ?? 0) + 1
  const said = result.verdict === expect.verdict && result.code === expect.code
  const told = expect.run === undefined || isDeepStrictEqual(result.run, expect.run)
  if (said && told) continue
  if (!said) console.error(`${name}: ${result.verdict} (${result.code}), expected ${expect.verdict} (${expect.code})`)
  if (!told) console.error(`${name}: ${JSON.stringify(result.run)}, expected ${JSON.stringify(expect.run)}`)
  bad++
}
const codes = new Set(vectors.map(({ expect }) => expect.code)).size
const summary = Object.entries(counts)
  .map(([verdict, count]) => `${count} ${verdict}`)
  .join(', ')
console.log(
  `${vectors.length} vectors, ${codes} codes: ${summary}; ${bad === 0 ? 'all as expected' : `${bad} NOT as expected`}`,
)
process.exitCode = bad === 0 ? 0 : 1
