// Builds the commands of the verifier in Go for every platform: `node scripts/build-go.mjs [folder]` puts them into the folder
// (release/go where none is named), with SHA256SUMS. The same sources and the same Go give the same bytes, wherever they lie.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './steps.mjs'

export const goSources = join(root, 'verifier', 'go')
export const COMMANDS = ['clyra-verify', 'def-verify', 'pef-verify']
export const TARGETS = ['linux', 'darwin', 'windows'].flatMap((os) => ['amd64', 'arm64'].map((arch) => ({ os, arch })))

/** The platform that this runs on. */
export const HOST = {
  os: process.platform === 'win32' ? 'windows' : process.platform,
  arch: process.arch === 'x64' ? 'amd64' : process.arch,
}

/** `linux-amd64` */
export const targetName = ({ os, arch }) => `${os}-${arch}`

/** Whether there is a Go to build with. */
export const hasGo = () => spawnSync('go', ['version']).status === 0

/** The name of a built command: `clyra-verify-linux-amd64`, and `.exe` behind it for windows. */
export const binaryName = (command, target) =>
  `${command}-${targetName(target)}${target.os === 'windows' ? '.exe' : ''}`

/**
 * Builds commands for one platform into a folder, from the sources in `sources`; `env` is added to the environment of Go.
 * Static, and without a trace of the machine: no paths, no version control, no build id. Gives the paths. Throws with
 * what the compiler said.
 */
export function buildGo({ folder, target, commands = COMMANDS, sources = goSources, env = {} }) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return commands.map((command) => {
    const output = resolve(folder, binaryName(command, target))
    const flags = `-s -w -buildid= -X clyra.dev/verify/internal/command.Version=${version}`
    const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', flags, '-o', output, `./cmd/${command}`]
    const platform = { GOOS: target.os, GOARCH: target.arch, GOAMD64: 'v1', GOARM64: 'v8.0', CGO_ENABLED: '0' }
    const { status, stderr, error } = spawnSync('go', args, {
      cwd: sources,
      env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '', GOWORK: 'off', ...platform, ...env },
      encoding: 'utf8',
    })
    if (error !== undefined) throw new Error(`cannot start go: ${error.message}`)
    if (status !== 0) throw new Error(`go build ended with ${status}\n${stderr}`)
    return output
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv.slice(2))

function main(args) {
  const folder = resolve(args[0] ?? join(root, 'release', 'go'))
  mkdirSync(folder, { recursive: true })
  const paths = TARGETS.flatMap((target) => buildGo({ folder, target }))
  const sums = paths
    .map(
      (path) => `${createHash('sha256').update(readFileSync(path)).digest('hex')}  ${path.slice(folder.length + 1)}\n`,
    )
    .sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1))
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''))
  process.stdout.write(`${paths.length} programs in ${folder}\n`)
}
