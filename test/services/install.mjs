// Installs what the tests need beside the root packages, into the ignored .cache/ (and Chromium and strace from
// Debian's packages when run as root). Says what and how long; a second run does nothing.
//
//   node test/services/install.mjs [name ...]                   default: what the tests need
//   node test/services/install.mjs --rust                        the Rust engine of dbt, only for recording
//   node test/services/install.mjs --matrix                      every version of dbt that test/matrix runs, the Rust engine too
//   node test/services/install.mjs --check                       JSON of what is there; exit 1 where a default one is absent
//
// An installation that fails is a printed reason; the exit code is 1 only with CI=true or where it was asked for by name.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { buildProgram } from '../foreign/programs.mjs'
import { installSignatures } from '../foreign/signatures/installed.mjs'
import {
  DBT_MATRIX,
  DBT_VERSION,
  dbtHome,
  dbtMatrixHome,
  dbtMatrixRequirementsPath,
  dbtMatrixServices,
  foreignNpmHome,
  foreignNpmLock,
  foreignNpmSource,
  foreignPythonHome,
  foreignPythonRequirements,
  foreignPythonRequirementsPath,
  lookUp,
  POSTGRES_MAJORS,
  postgresHome,
  postgresLock,
  postgresNative,
  RUST_DBT,
  RUST_DUCKDB,
  rustHome,
  SERVICES,
  servicesSource,
  stampOf,
} from './layout.mjs'

const isRoot = process.getuid?.() === 0
const say = (line) => process.stderr.write(`${line}\n`)

/** Runs a program; its output is shown only where it fails. Throws with the last lines. */
function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...options })
  if (result.error !== undefined) throw new Error(`cannot start ${command}: ${result.error.message}`)
  if (result.status !== 0) {
    const tail = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-12).join('\n')
    throw new Error(`${command} ${args[0] ?? ''} ended with ${result.status ?? result.signal}\n${tail}`)
  }
  return result.stdout
}

let aptUpdated = false
function debian(...packages) {
  if (!isRoot) throw new Error(`not root: install Debian's ${packages.join(', ')} yourself`)
  if (!existsSync('/usr/bin/apt-get')) throw new Error(`no apt-get on this machine: install ${packages.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  if (!aptUpdated) run('apt-get', ['update', '-qq'], { env })
  aptUpdated = true
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env })
}

/** The packages carry a list of the symbolic links that an npm package cannot hold; no install script needs to run. */
function linkLibraries(major) {
  const native = postgresNative(major)
  for (const { source, target } of JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))) {
    const link = join(dirname(native), target)
    rmSync(link, { force: true })
    symlinkSync(relative(dirname(target), source), link)
  }
}

/** An empty Python environment in `home`. Throws where no Python of a known version is found. */
function makeVenv(home) {
  rmSync(home, { recursive: true, force: true })
  const python = process.env.CLYRA_PYTHON ?? 'python3'
  const version = run(python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']).trim()
  if (!['3.11', '3.12', '3.13'].includes(version))
    throw new Error(`python3 is ${version}; 3.11 to 3.13 is needed: set CLYRA_PYTHON to one`)
  try {
    run(python, ['-m', 'venv', home])
  } catch (error) {
    if (!isRoot) throw error
    debian('python3-venv')
    rmSync(home, { recursive: true, force: true })
    run(python, ['-m', 'venv', home])
  }
}

/** Installs the lock file of a folder's package.json into `home`, without install scripts. */
function npmFolder(source, home) {
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(source, file), join(home, file))
  run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel', 'error'], { cwd: home })
}

/** Python packages, each pinned in a requirements file, in an environment of their own. The file is its stamp. */
function pinnedDbt(home, requirementsPath) {
  makeVenv(home)
  const requirements = ['install', '-q', '--no-deps', '--disable-pip-version-check', '-r', requirementsPath]
  run(join(home, 'bin', 'pip'), requirements)
  run(join(home, 'bin', 'dbt'), ['parse', '--help'], {
    env: { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' },
  })
  copyFileSync(requirementsPath, stampOf(home))
}

const installers = {
  postgres() {
    say(`postgres: majors ${POSTGRES_MAJORS.join(', ')} from npm, 60 MB each, to .cache/services`)
    npmFolder(servicesSource, postgresHome)
    for (const major of POSTGRES_MAJORS) linkLibraries(major)
    writeFileSync(stampOf(postgresHome), postgresLock())
  },
  dbt() {
    say(`dbt: ${DBT_VERSION} with dbt-postgres from PyPI, a Python venv of 150 MB, to .cache/dbt-1.11`)
    pinnedDbt(dbtHome, join(servicesSource, 'dbt-requirements.txt'))
  },
  'foreign-python'() {
    say('foreign-python: Python packages that read what Clyra writes, from PyPI by digest, to .cache/foreign-python')
    makeVenv(foreignPythonHome)
    const exactly = ['--no-deps', '--require-hashes', '--only-binary=:all:', '-r', foreignPythonRequirementsPath]
    run(join(foreignPythonHome, 'bin', 'pip'), ['install', '-q', '--disable-pip-version-check', ...exactly])
    writeFileSync(stampOf(foreignPythonHome), foreignPythonRequirements())
  },
  'foreign-npm'() {
    say('foreign-npm: npm packages that read what Clyra writes, to .cache/foreign-npm')
    npmFolder(foreignNpmSource, foreignNpmHome)
    writeFileSync(stampOf(foreignNpmHome), foreignNpmLock())
  },
  chromium() {
    say("chromium: Debian's package")
    debian('chromium')
  },
  signatures() {
    say('signatures: public edge cases from the Go module proxy and crates.io, to .cache/signatures')
    installSignatures()
  },
  openssl() {
    say("openssl: Debian's package")
    debian('openssl')
  },
  jq() {
    say("jq: Debian's package")
    debian('jq')
  },
  unzip() {
    say("unzip: Debian's package")
    debian('unzip')
  },
  spin() {
    say("spin: Debian's package, and gcc for what it generates")
    debian('spin', 'gcc', 'libc6-dev')
  },
  strace() {
    say("strace: Debian's package")
    debian('strace')
  },
  go() {
    say("go: Tessera's fsck and Go's note and tlog, built from pinned modules to .cache/foreign")
    buildProgram('go')
  },
  staticcheck() {
    say('staticcheck: built from pinned modules of the Go module proxy to .cache/foreign')
    buildProgram('staticcheck')
  },
  cargo() {
    say('cargo: the crate jmt, built from pinned crates to .cache/foreign')
    buildProgram('cargo')
  },
  'dbt-rust'() {
    say(`dbt-rust: ${RUST_DBT} and the Apache ADBC driver from PyPI, to .cache/dbt-rust`)
    rmSync(rustHome, { recursive: true, force: true })
    const python = process.env.CLYRA_PYTHON ?? 'python3'
    const pip = (target, what) =>
      run(python, ['-m', 'pip', 'install', '-q', '--no-deps', '--only-binary=:all:', '--target', target, what])
    pip(rustHome, RUST_DBT)
    const adbc = join(rustHome, 'adbc')
    pip(adbc, 'adbc-driver-postgresql==1.13.0')
    // The engine loads a driver that lies in its cache as it is, and fetches one only where the file is absent.
    const drivers = join(rustHome, 'home/.cache/com.getdbt/adbc/x86_64-manylinux_2_17-linux-gnu')
    mkdirSync(drivers, { recursive: true })
    copyFileSync(
      join(adbc, 'adbc_driver_postgresql/libadbc_driver_postgresql.so'),
      join(drivers, 'libadbc_driver_postgresql-0.21.0+dbt0.21.0.so'),
    )
    // The engine's driver for duckdb is duckdb's own library, which its npm package holds.
    const duckdb = join(rustHome, 'duckdb')
    mkdirSync(duckdb)
    run('npm', [
      'install',
      '--prefix',
      duckdb,
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--loglevel',
      'error',
      RUST_DUCKDB,
    ])
    const library = join(duckdb, 'node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so')
    copyFileSync(library, join(drivers, 'libadbc_driver_duckdb-1.5.4.so'))
    writeFileSync(stampOf(rustHome), RUST_DBT)
  },
}

for (const version of DBT_MATRIX) {
  installers[`dbt-${version}`] = () => {
    say(`dbt-${version}: dbt ${version} with dbt-postgres and dbt-duckdb from PyPI, 200 MB, to .cache/dbt-matrix`)
    pinnedDbt(dbtMatrixHome(version), dbtMatrixRequirementsPath(version))
  }
}

/** Other versions of dbt serve recordings only. */
const MATRIX = [...dbtMatrixServices, 'dbt-rust']
const DEFAULT = SERVICES.filter((name) => !MATRIX.includes(name))
const wanted = process.argv.slice(2)
if (wanted.includes('--check')) {
  const found = Object.fromEntries(SERVICES.map((name) => [name, lookUp(name)]))
  process.stdout.write(`${JSON.stringify(found, null, 2)}\n`)
  process.exit(DEFAULT.every((name) => found[name].present) ? 0 : 1)
}
const named = wanted.flatMap((name) => (name === '--rust' ? ['dbt-rust'] : name === '--matrix' ? MATRIX : [name]))
const unknown = named.find((name) => !SERVICES.includes(name))
if (unknown !== undefined) {
  say(`unknown service ${unknown}; there are ${SERVICES.join(', ')}`)
  process.exit(2)
}

let failed = 0
for (const name of named.length > 0 ? named : DEFAULT) {
  const before = lookUp(name)
  if (before.present) {
    say(`${name}: there already (${before.detail})`)
    continue
  }
  const start = performance.now()
  const seconds = () => ((performance.now() - start) / 1000).toFixed(1)
  try {
    installers[name]()
    const after = lookUp(name)
    if (!after.present) throw new Error(after.detail)
    say(`${name}: installed in ${seconds()} s`)
  } catch (error) {
    failed += 1
    say(`${name}: NOT installed after ${seconds()} s: ${error.message}`)
  }
}
process.exit(failed > 0 && (process.env.CI === 'true' || named.length > 0) ? 1 : 0)
