/** dbt is run from a folder that is not its project's, and in environments of Python. */
import { chmodSync, copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clyra, discard, FAKE_DBT, filesUnder, RECORDED, sandbox } from './clyra.js'
import { clyraHere, clyraJsonHere } from './in-process.js'

let folder: string
const shop = () => join(folder, 'project', 'warehouse', 'shop')
const plan = { FAKE_DBT: JSON.stringify({ recording: join(RECORDED, 'good') }) }
const recorded = async (place: string) =>
  ((await clyraJsonHere(folder, ['runs'], { cwd: place })) as { runs: unknown[] }).runs.length

beforeEach(() => {
  folder = sandbox()
  mkdirSync(shop(), { recursive: true })
  writeFileSync(join(shop(), 'dbt_project.yml'), 'name: shop\nprofile: shop\n')
})
afterEach(() => discard(folder))

describe('a run from elsewhere', () => {
  it('is recorded in the ledger of the project, wherever that is named', async () => {
    expect((await clyraHere(folder, ['init'], { cwd: join(folder, 'project', 'warehouse') })).status).toBe(0)
    const elsewhere = join(folder, 'home')
    const named = clyra(folder, ['run', 'dbt', 'build', '--project-dir', shop()], { cwd: elsewhere, env: plan })
    expect(named.status, named.stderr).toBe(0)
    expect(await recorded(shop())).toBe(1)
    const env = { ...plan, DBT_PROJECT_DIR: shop() }
    expect(clyra(folder, ['run', 'dbt', 'build'], { cwd: elsewhere, env }).status).toBe(0)
    expect(await recorded(shop())).toBe(2)
  })

  it('prefers the ledger of the project to that of the working directory', async () => {
    expect((await clyraHere(folder, ['init'], { cwd: shop() })).status).toBe(0)
    expect((await clyraHere(folder, ['init'])).status).toBe(0)
    expect(clyra(folder, ['run', 'dbt', 'build', '--project-dir', shop()], { env: plan }).status).toBe(0)
    expect([await recorded(shop()), await recorded(join(folder, 'project'))]).toEqual([1, 0])
  })

  it('that is ingested goes there too', async () => {
    expect((await clyraHere(folder, ['init'], { cwd: shop() })).status).toBe(0)
    cpSync(join(RECORDED, 'good'), shop(), { recursive: true })
    const ingested = await clyraHere(folder, ['ingest', 'dbt', join(shop(), 'target')], { cwd: join(folder, 'home') })
    expect(ingested.status, ingested.stderr).toBe(0)
    expect(await recorded(shop())).toBe(1)
  })

  it('without a ledger says where to make one, and waits for that one', async () => {
    const elsewhere = join(folder, 'home')
    const { stderr } = clyra(folder, ['run', 'dbt', 'build', '--project-dir', shop()], { cwd: elsewhere, env: plan })
    expect(stderr).toContain(`clyra init ${shop()} && clyra spool flush --ledger ${shop()}`)
    expect((await clyraHere(folder, ['init', shop()], { cwd: elsewhere })).status).toBe(0)
    expect((await clyraHere(folder, ['spool', 'flush', '--ledger', shop()], { cwd: elsewhere })).status).toBe(0)
    expect(await recorded(shop())).toBe(1)
    expect(filesUnder(join(folder, 'home', '.local', 'state', 'clyra', 'spool'))).toEqual([])
  })
})

describe('dbt of an environment', () => {
  const program = (path: string) => {
    mkdirSync(join(path, '..'), { recursive: true })
    copyFileSync(FAKE_DBT, path)
    chmodSync(path, 0o755)
  }
  // Only Node, which the stand-in needs.
  const lonely = () => ({ ...plan, CLYRA_DBT: '', PATH: join(process.execPath, '..') })

  it('beside the project is found, and said', async () => {
    program(join(shop(), '.venv', 'bin', 'dbt'))
    writeFileSync(join(shop(), '.venv', 'pyvenv.cfg'), '')
    expect((await clyraHere(folder, ['init'], { cwd: shop() })).status).toBe(0)
    const ran = clyra(folder, ['run', 'dbt', 'build', '--project-dir', shop()], { env: lonely() })
    expect(ran.status, ran.stderr).toBe(0)
    expect(ran.stderr).toContain(`taking ${join(shop(), '.venv', 'bin', 'dbt')}`)
    expect(await recorded(shop())).toBe(1)
  })

  it('is started by the words of another tool, from the environment or from clyra.yaml, also where nothing is recorded', async () => {
    const tool = join(folder, 'home', 'tool')
    program(join(folder, 'home', 'dbt'))
    writeFileSync(
      tool,
      `#!/bin/sh\ntest "$1 $2" = "run dbt" || exit 9\nshift 2\nexec '${join(folder, 'home', 'dbt')}' "$@"\n`,
    )
    chmodSync(tool, 0o755)
    expect((await clyraHere(folder, ['init'], { cwd: shop() })).status).toBe(0)
    const env = { ...plan, CLYRA_DBT: `${tool} run dbt` }
    expect(clyra(folder, ['run', 'dbt', 'build'], { cwd: shop(), env }).status).toBe(0)
    expect(await recorded(shop())).toBe(1)
    writeFileSync(join(shop(), 'clyra.yaml'), `connectors:\n  dbt:\n    command: ${tool} run dbt\n`)
    const configured = { ...plan, CLYRA_DBT: '' }
    expect(clyra(folder, ['run', 'dbt', 'build'], { cwd: shop(), env: configured }).status).toBe(0)
    expect(clyra(folder, ['run', 'dbt', '--version'], { cwd: shop(), env: configured }).status).toBe(0)
    expect(await recorded(shop())).toBe(2)
  })

  it('that is missing is explained by what lies there', () => {
    writeFileSync(join(shop(), 'uv.lock'), '')
    const { status, stderr } = clyra(folder, ['run', 'dbt', 'build'], { cwd: shop(), env: lonely() })
    expect(status).toBe(127)
    expect(stderr).toContain(join(shop(), 'uv.lock'))
    expect(stderr).toContain("try: CLYRA_DBT='uv run dbt' clyra run dbt build\n")
  })
})
