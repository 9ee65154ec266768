import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { VerifyResult } from '@clyra/verify'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { buildGo, goSources, HOST, TARGETS, targetName } from '../../scripts/build-go.mjs'
import { startGoJudge } from '../differential/session.js'
import { programPath } from '../foreign/programs.mjs'
import { requireService } from '../services/index.js'
import { argumentsOf, caseOf, comparable, goldenVectors, isForCommands, verified } from './vectors.js'

const OTHER = fileURLToPath(new URL('../../verifier/ts/dist/cli.js', import.meta.url))
const SPEC = fileURLToPath(new URL('../../spec/bundle/', import.meta.url))
const VALID = join(SPEC, 'test-vectors', 'valid')
const KEY = goldenVectors()[0]?.options.trust?.[0]?.vkey ?? ''

/** What is too much for one run comes in its turn. */
const TURN = Date.now()
const SHARE = 8
/** Built twice: one platform a run; all of them where `CLYRA_GO_TARGETS=all` asks for it. */
const REBUILT = process.env['CLYRA_GO_TARGETS'] === 'all' ? TARGETS : [TARGETS[TURN % TARGETS.length] ?? HOST]

test('what the verifier in Go embeds is what stands in the specification', () => {
  for (const name of ['codes.json', 'constants.json'])
    expect(readFileSync(join(goSources, 'spec', name), 'utf8'), name).toBe(readFileSync(join(SPEC, name), 'utf8'))
})

describe.runIf(requireService('go'))('the verifier in Go', () => {
  let folder = ''
  let program = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'clyra-go-'))
    program = build('first')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const build = (name: string, target = HOST, options = {}) =>
    buildGo({ folder: join(folder, name), target, commands: ['clyra-verify'], ...options })[0] ?? ''
  const go = (...args: string[]) => spawnSync('go', args, { cwd: goSources, encoding: 'utf8' })
  const run = (...args: string[]) => spawnSync(program, args, { encoding: 'utf8', env: { HOME: folder } })

  it('has no fault that its own tools find', () => {
    const { status, stdout, stderr } = go('vet', './...')
    expect(`${stdout}${stderr}`).toBe('')
    expect(status).toBe(0)
    expect(spawnSync('gofmt', ['-l', '.'], { cwd: goSources, encoding: 'utf8' }).stdout).toBe('')
  })

  it.runIf(requireService('staticcheck'))('has no fault that staticcheck finds', () => {
    const { status, stdout, stderr } = spawnSync(programPath('staticcheck'), ['./...'], {
      cwd: goSources,
      encoding: 'utf8',
    })
    expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: '' })
  })

  it('imports nothing but itself and what comes with Go', () => {
    const imported = go('list', '-deps', '-f', '{{if not .Standard}}{{.ImportPath}}{{end}}', './...').stdout
    expect(imported.split('\n').filter((path) => path !== '' && !path.startsWith('clyra.dev/verify'))).toEqual([])
  })

  it('passes its own tests', () => {
    // Go does not see that the vectors, which lie outside of the module, have changed.
    for (const args of [['./...'], ['-count=1', '.']]) {
      const { status, stdout } = go('test', ...args)
      expect({ status, stdout }).toMatchObject({ status: 0 })
    }
  })

  it('says of every golden vector what the verifier in TypeScript says, member by member', async () => {
    const judge = startGoJudge(folder)
    const differences: unknown[] = []
    for (const vector of goldenVectors()) {
      const { evidence, options } = caseOf(vector)
      const expected = comparable(await verified({ evidence, options }))
      const said = comparable((await judge.ask(options, evidence)) as VerifyResult) // the options of a vector can be read
      if (JSON.stringify(said) !== JSON.stringify(expected)) differences.push({ name: vector.name, said, expected })
    }
    await judge.close()
    expect(differences).toEqual([])
  })

  it(`says it as a command too, with its exit status: of one vector in ${SHARE}`, async () => {
    const differences: unknown[] = []
    const chosen = goldenVectors().filter((vector, i) => isForCommands(vector) && i % SHARE === TURN % SHARE)
    for (const [index, vector] of chosen.entries()) {
      const expected = comparable(await verified(caseOf(vector)))
      const { status, stdout, stderr } = run('--json', ...argumentsOf(vector, join(folder, `vector-${index}`)))
      const said = stdout === '' ? stderr : comparable(JSON.parse(stdout))
      const isSame = JSON.stringify(said) === JSON.stringify(expected)
      if (!isSame || status !== (expected['verdict'] === 'VALID' ? 0 : 1))
        differences.push({ name: vector.name, status, said, expected })
    }
    expect(differences).toEqual([])
  })

  it('ends with the same status as the verifier in TypeScript', () => {
    const calls = [
      [join(VALID, 'honest.def.zip'), '--key', KEY],
      [join(VALID, 'honest.def.zip')],
      [join(VALID, 'tiles-honest'), '--key', KEY],
      [join(VALID, 'tiles-honest'), '--run', 'x'],
      [join(VALID, 'honest.def.zip'), '--min-size', 'ten'],
      [join(VALID, 'honest.def.zip'), '--key', 'no-key'],
      [join(VALID, 'honest.def.zip'), '--genesis', 'zz'],
      [join(VALID, 'honest.def.zip'), '--checkpoint', join(VALID, 'honest.def.zip')],
      [join(VALID, 'honest.def.zip'), '--run', ''],
      [join(VALID, 'no-such-file')],
      [join(VALID, 'honest.def.zip'), '--trust', join(folder, 'no-such-file')],
      [],
      ['--no-such-option'],
      ['--help'],
      ['--version'],
    ]
    for (const args of calls) {
      const other = spawnSync(process.execPath, [OTHER, ...args], { encoding: 'utf8', env: { HOME: folder } })
      expect({ args, status: run(...args).status }).toEqual({ args, status: other.status })
    }
    expect(run('--help').stdout).toBe(spawnSync(process.execPath, [OTHER, '--help'], { encoding: 'utf8' }).stdout)
  })

  it.each(REBUILT)('is the same bytes for $os on $arch when it is built elsewhere, from nothing', (target) => {
    const sources = join(folder, `elsewhere-${targetName(target)}`, 'sources')
    cpSync(goSources, sources, { recursive: true })
    const env = { GOCACHE: join(folder, `cache-${targetName(target)}`) }
    expect(digest(build('second', target, { sources, env }))).toBe(digest(build('first', target)))
  })

  it('is static, without a path of the machine that built it', () => {
    const bytes = readFileSync(program)
    expect(bytes.includes(goSources)).toBe(false)
    expect(spawnSync('go', ['version', '-m', program], { encoding: 'utf8' }).stdout).toContain('CGO_ENABLED=0')
  })
})

const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
