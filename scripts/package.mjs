// `npm run package`: what people get until there are names in a registry, into the ignored release/ (or the folder named).
//
//   clyra-<version>-<platform>.tgz  the program with all that it needs inside: npm install, no registry asked
//   clyra-<version>.tgz             the program with the verifier inside: npm install, for whatever platform
//   clyra-verify.mjs                the verifier as one file that Node runs
//   clyra-verify.html               the verifier as one page that a browser opens
//   SHA256SUMS                      their digests, as `sha256sum -c` reads them
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { packInstallable } from './installable.mjs'
import { singleFileVerifier } from './single-file-verifier.mjs'
import { build, root } from './steps.mjs'
import { VERIFIER_PAGE } from './verifier-page.mjs'

const folder = resolve(root, process.argv[2] ?? 'release')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const names = [
  `clyra-${version}-${process.platform}-${process.arch}.tgz`,
  `clyra-${version}.tgz`,
  'clyra-verify.mjs',
  'clyra-verify.html',
]

if (build() !== 0) process.exit(1)
mkdirSync(folder, { recursive: true })
packInstallable(folder, names[0], 'everything')
packInstallable(folder, names[1], 'verifier')
writeFileSync(join(folder, names[2]), await singleFileVerifier(), { mode: 0o755 })
copyFileSync(VERIFIER_PAGE, join(folder, names[3]))
const sums = names.map((name) => {
  const bytes = readFileSync(join(folder, name))
  return { name, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
})
writeFileSync(join(folder, 'SHA256SUMS'), sums.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(''))
for (const { name, size, sha256 } of sums)
  process.stdout.write(`${sha256}  ${name}  ${size.toLocaleString('en')} bytes\n`)
process.stdout.write(`in ${folder}\n`)
