import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lookUpProgram } from '../foreign/programs.mjs'
import { lookUpSignatures } from '../foreign/signatures/installed.mjs'

/** This folder: the lock file and the pinned requirements. */
export const servicesSource = dirname(fileURLToPath(import.meta.url))
/** Where installed things lie; ignored by git, may be deleted at any time. */
export const cache = join(dirname(dirname(servicesSource)), '.cache')

/** The PostgreSQL majors of `package.json`. */
export const POSTGRES_MAJORS = [13, 15, 18]
export const postgresHome = join(cache, 'services')
/** The folder with `bin`, `lib` and `share` of one major. */
export const postgresNative = (major) => join(postgresHome, 'node_modules', `pg${major}`, 'native')

export const DBT_VERSION = '1.11.16'
export const dbtHome = join(cache, 'dbt-1.11')
export const dbtProgram = join(dbtHome, 'bin', 'dbt')

/** The versions of dbt Core that `test/matrix` runs, each with dbt-postgres and dbt-duckdb in an environment of its own. */
export const DBT_MATRIX = ['1.8', '1.9', '1.10', '1.11', '1.12']
export const dbtMatrixHome = (version) => join(cache, 'dbt-matrix', version)
export const dbtMatrixProgram = (version) => join(dbtMatrixHome(version), 'bin', 'dbt')
export const dbtMatrixRequirementsPath = (version) => join(servicesSource, 'dbt-matrix', `${version}-requirements.txt`)
const dbtMatrixRequirements = (version) => readFileSync(dbtMatrixRequirementsPath(version), 'utf8')
/** The service of a version: `dbt-1.8`. */
export const dbtMatrixServices = DBT_MATRIX.map((version) => `dbt-${version}`)

/** The Rust engine: only for recordings (`examples/dbt-postgres/record --rust`, `test/matrix`), never needed by a test. */
export const RUST_DBT = 'dbt==2.0.0rc196'
/** The driver of the Rust engine for duckdb, of the version that this engine asks for. */
export const RUST_DUCKDB = '@duckdb/node-bindings-linux-x64@1.5.4-r.1'
export const rustHome = join(cache, 'dbt-rust')
export const rustProgram = join(rustHome, 'bin', 'dbt')

/** Other people's packages that read what Clyra writes (`test/foreign`): a Python venv and an npm folder. */
const foreignSource = join(dirname(servicesSource), 'foreign')
export const foreignPythonHome = join(cache, 'foreign-python')
export const foreignPython = join(foreignPythonHome, 'bin', 'python')
export const foreignPythonRequirementsPath = join(foreignSource, 'python', 'requirements.txt')
export const foreignPythonRequirements = () => readFileSync(foreignPythonRequirementsPath, 'utf8')
export const foreignNpmSource = join(foreignSource, 'npm')
export const foreignNpmHome = join(cache, 'foreign-npm')
export const foreignNpmLock = () => readFileSync(join(foreignNpmSource, 'package-lock.json'), 'utf8')

const STRACE_PLACES = ['/usr/bin/strace', '/usr/local/bin/strace']

const CHROMIUM_PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
/** Path of a Chromium, or undefined. `CLYRA_CHROMIUM` wins. */
export const findChromium = () =>
  [process.env.CLYRA_CHROMIUM, ...CHROMIUM_PLACES].find((path) => path !== undefined && path !== '' && existsSync(path))

/** A finished installation leaves a stamp with the content it was made from. */
export const stampOf = (home) => join(home, '.clyra-installed')
const isStamped = (home, content) => existsSync(stampOf(home)) && readFileSync(stampOf(home), 'utf8') === content

export const postgresLock = () => readFileSync(join(servicesSource, 'package-lock.json'), 'utf8')
const dbtRequirements = () => readFileSync(join(servicesSource, 'dbt-requirements.txt'), 'utf8')

/**
 * What is there of one service: `{ present, detail }`; `detail` is a path or the reason of absence.
 * Names: those of `SERVICES`.
 */
export function lookUp(name) {
  const absent = (detail) => ({ present: false, detail: `${detail}; node test/services/install.mjs installs it` })
  switch (name) {
    case 'postgres':
      if (process.platform !== 'linux' || process.arch !== 'x64')
        return { present: false, detail: `no pinned server for ${process.platform}-${process.arch}` }
      return isStamped(postgresHome, postgresLock())
        ? { present: true, detail: postgresHome }
        : absent('not installed in .cache/services')
    case 'dbt':
      return isStamped(dbtHome, dbtRequirements())
        ? { present: true, detail: dbtProgram }
        : absent('not installed in .cache/dbt-1.11')
    case 'dbt-rust':
      return isStamped(rustHome, RUST_DBT)
        ? { present: true, detail: rustProgram }
        : { present: false, detail: 'not installed; node test/services/install.mjs --rust installs it' }
    case 'foreign-python':
      return isStamped(foreignPythonHome, foreignPythonRequirements())
        ? { present: true, detail: foreignPython }
        : absent('not installed in .cache/foreign-python')
    case 'foreign-npm':
      return isStamped(foreignNpmHome, foreignNpmLock())
        ? { present: true, detail: foreignNpmHome }
        : absent('not installed in .cache/foreign-npm')
    case 'signatures':
      return lookUpSignatures()
    case 'openssl': {
      // Version 3 is the first that signs and verifies Ed25519 over a file.
      const said = spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? ''
      return /^OpenSSL [3-9]/.test(said)
        ? { present: true, detail: said.trim() }
        : absent('no OpenSSL 3 on this machine')
    }
    case 'jq':
    case 'unzip':
      return spawnSync(name, ['-h']).error === undefined
        ? { present: true, detail: name }
        : absent(`no ${name} on this machine`)
    case 'chromium': {
      const found = findChromium()
      return found === undefined ? absent('no chromium on this machine') : { present: true, detail: found }
    }
    case 'strace': {
      const found = STRACE_PLACES.find((path) => existsSync(path))
      return found === undefined ? absent('no strace on this machine') : { present: true, detail: found }
    }
    case 'go':
    case 'staticcheck':
    case 'cargo':
      return lookUpProgram(name)
    case 'spin': {
      // A generator of C programs: of no use without a compiler.
      const lacking = ['spin', 'gcc'].find((program) => spawnSync(program, ['--version']).error !== undefined)
      return lacking === undefined
        ? { present: true, detail: spawnSync('spin', ['-V'], { encoding: 'utf8' }).stdout.trim() }
        : absent(`no ${lacking} on this machine`)
    }
    default: {
      if (!dbtMatrixServices.includes(name)) throw new TypeError(`unknown service ${name}`)
      const version = name.slice('dbt-'.length)
      return isStamped(dbtMatrixHome(version), dbtMatrixRequirements(version))
        ? { present: true, detail: dbtMatrixProgram(version) }
        : { present: false, detail: 'not installed; node test/services/install.mjs --matrix installs it' }
    }
  }
}

export const SERVICES = [
  'postgres',
  'dbt',
  'dbt-rust',
  ...dbtMatrixServices,
  'chromium',
  'strace',
  'spin',
  'foreign-python',
  'foreign-npm',
  'openssl',
  'jq',
  'unzip',
  'signatures',
  'go',
  'staticcheck',
  'cargo',
]
