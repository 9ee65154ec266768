// `npm run package`: what people get until there are names in a registry, into the ignored release/ (or the folder named).
//
//   clyra-<version>-<platform>.tgz  the program with all that it needs inside: npm install, no registry asked
//   clyra-<version>.tgz             the program with the verifier inside: npm install, for whatever platform
//   clyra-verify.mjs                the verifier as one file that Node runs
//   clyra-verify.html               the verifier as one page that a browser opens
//   go/<command>-<os>-<arch>        the verifier in Go, for every platform; where there is no Go to build with it says so
//   SHA256SUMS                      their digests, as `sha256sum -c` reads them
//   RELEASE_NOTES.md                the same for people, the digest of the page first, and what changed
//
// `--go <os>-<arch>,...` builds the verifier in Go for these platforms alone.
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildGo, hasGo, TARGETS, targetName } from './build-go.mjs'
import { packInstallable } from './installable.mjs'
import { releaseNotes } from './release-notes.mjs'
import { singleFileVerifier } from './single-file-verifier.mjs'
import { build, root } from './steps.mjs'
import { VERIFIER_PAGE } from './verifier-page.mjs'

const { values, positionals } = parseArgs({ options: { go: { type: 'string' } }, allowPositionals: true })
const folder = resolve(root, positionals[0] ?? 'release')
const platforms = values.go?.split(',') ?? TARGETS.map(targetName)
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
if (hasGo()) {
  mkdirSync(join(folder, 'go'), { recursive: true })
  for (const target of TARGETS.filter((one) => platforms.includes(targetName(one))))
    for (const path of buildGo({ folder: join(folder, 'go'), target })) names.push(`go/${basename(path)}`)
} else process.stdout.write('the verifier in Go is not made: there is no go on the PATH\n')
const sums = names.map((name) => {
  const bytes = readFileSync(join(folder, name))
  return { name, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
})
writeFileSync(join(folder, 'SHA256SUMS'), sums.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(''))
const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
writeFileSync(join(folder, 'RELEASE_NOTES.md'), releaseNotes({ version, files: sums, changelog }))
for (const { name, size, sha256 } of sums)
  process.stdout.write(`${sha256}  ${name}  ${size.toLocaleString('en')} bytes\n`)
process.stdout.write(`in ${folder}\n`)
