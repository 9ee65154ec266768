// The programs that let other people's code judge ours: Go (Tessera, note, tlog), Rust (jmt), and staticcheck. Each is built once
// from pinned sources into the ignored .cache/; modules and crates stay in the toolchains' own caches. What a build
// leaves beside the program is removed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const built = join(dirname(dirname(here)), '.cache', 'foreign')

const programs = {
  go: {
    folder: join(here, 'go'),
    sources: ['go.mod', 'go.sum', 'main.go', 'fsck.go', 'proofs.go'],
    toolchain: { command: 'go', version: ['env', 'GOVERSION'], pattern: /^go1\.(\d+)/, least: 24, name: 'Go 1.24' },
    build(output) {
      run('go', ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-o', output, '.'], this.folder)
    },
  },
  staticcheck: {
    folder: join(dirname(here), 'go', 'staticcheck'),
    sources: ['go.mod', 'go.sum'],
    toolchain: { command: 'go', version: ['env', 'GOVERSION'], pattern: /^go1\.(\d+)/, least: 26, name: 'Go 1.26' },
    build(output) {
      run('go', ['build', '-mod=readonly', '-o', output, 'honnef.co/go/tools/cmd/staticcheck'], this.folder)
    },
  },
  cargo: {
    folder: join(here, 'rust'),
    sources: ['Cargo.toml', 'Cargo.lock', 'src/main.rs'],
    toolchain: { command: 'cargo', version: ['--version'], pattern: /^cargo 1\.(\d+)/, least: 85, name: 'Rust 1.85' },
    build(output) {
      const target = join(built, 'target')
      run('cargo', ['build', '--locked', '--release', '--quiet', '--target-dir', target], this.folder)
      copyFileSync(join(target, 'release', 'clyra-foreign'), output)
      rmSync(target, { recursive: true, force: true })
    },
  },
}

/** Path of a built program. */
export const programPath = (name) => join(built, `judge-${name}`)

/** Whether the program is there, built from these sources; `detail` is its path, or why it is not: the toolchain too. */
export function lookUpProgram(name) {
  if (isBuilt(name)) return { present: true, detail: programPath(name) }
  const { command, version, pattern, least, name: title } = programs[name].toolchain
  const found = spawnSync(command, version, { encoding: 'utf8' })
  if (found.error !== undefined)
    return { present: false, detail: `${command} is not on the PATH; ${title} or newer builds it` }
  const minor = Number(pattern.exec(found.stdout)?.[1] ?? Number.NaN)
  if (minor >= least)
    return { present: false, detail: `not built in .cache/foreign; node test/services/install.mjs ${name} builds it` }
  return {
    present: false,
    detail: `${found.stdout.trim() || `${command} has no version`}; ${title} or newer is needed`,
  }
}

/** Builds a program unless it was built from the same sources; gives its path. Throws with what the compiler said. */
export function buildProgram(name) {
  if (isBuilt(name)) return programPath(name)
  mkdirSync(built, { recursive: true })
  rmSync(stamp(name), { force: true })
  programs[name].build(programPath(name))
  writeFileSync(stamp(name), digest(name))
  return programPath(name)
}

function isBuilt(name) {
  return existsSync(programPath(name)) && existsSync(stamp(name)) && readFileSync(stamp(name), 'utf8') === digest(name)
}

const stamp = (name) => `${programPath(name)}.sha256`

function digest(name) {
  const { folder, sources } = programs[name]
  const hash = createHash('sha256')
  for (const source of sources) hash.update(`${source}\n`).update(readFileSync(join(folder, source)))
  return hash.digest('hex')
}

function run(command, args, cwd) {
  const env = { ...process.env, GOTOOLCHAIN: 'local' }
  const result = spawnSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  if (result.error !== undefined) throw new Error(`cannot start ${command}: ${result.error.message}`)
  if (result.status === 0) return
  const tail = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-12).join('\n')
  throw new Error(`${command} ${args[0]} ended with ${result.status ?? result.signal}\n${tail}`)
}
