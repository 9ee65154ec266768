import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCommand } from '../../src/cli/command.js'
import { COMMANDS } from '../../src/cli/commands/index.js'
import { resultSchemas } from '../../src/cli/results.js'
import { discard, leaveRun, PROJECT, RECORDED, sandbox } from './clyra.js'
import { clyraHere } from './in-process.js'

const FOLDER = join(PROJECT, 'spec', 'cli')

describe('the schemas in spec/cli', () => {
  it('are those that the commands have now', async () => {
    const schemas = await resultSchemas(COMMANDS)
    const written = new Map(
      readdirSync(FOLDER)
        .filter((name) => name.endsWith('.schema.json'))
        .map((name) => [name, JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))]),
    )
    expect([...written.keys()].sort()).toEqual([...schemas.keys()].sort())
    for (const [name, schema] of schemas) expect(written.get(name)).toEqual(JSON.parse(JSON.stringify(schema)))
  })
})

describe('real output with --json', () => {
  const ajv = new Ajv2020({ strict: false })
  const conforms = (name: string, document: unknown): void => {
    const validate =
      ajv.getSchema(`https://clyra.dev/spec/cli/${name}.schema.json`) ??
      ajv.compile(JSON.parse(readFileSync(join(FOLDER, `${name}.schema.json`), 'utf8')))
    if (!validate(document))
      throw new Error(`${name}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(document, null, 2)}`)
  }
  let folder: string
  let streaming: ReadonlySet<string>
  const seen = new Set<string>()
  const shows = async (
    args: readonly string[],
    command: string,
    env: Record<string, string> = {},
  ): Promise<unknown> => {
    const { stdout, stderr } = await clyraHere(folder, [...args, '--json'], { env })
    const texts = streaming.has(command) ? stdout.trimEnd().split('\n') : [stdout]
    const documents = texts.map((text) => {
      try {
        return JSON.parse(text)
      } catch {
        throw new Error(`${command} gave no JSON:\n${stdout}\n${stderr}`)
      }
    })
    for (const document of documents) conforms(command.replaceAll(' ', '-'), document)
    seen.add(command)
    return documents[0]
  }

  beforeAll(async () => {
    const commands = await Promise.all(COMMANDS.map(loadCommand))
    streaming = new Set(commands.filter(({ streams }) => streams).map(({ path }) => path))
    folder = sandbox()
    leaveRun(folder, 'good')
  })
  afterAll(() => discard(folder))

  it('conforms for every command there is', async () => {
    await shows(['init'], 'init')
    const { run } = (await shows(['ingest', 'dbt', 'target'], 'ingest dbt')) as { run: string }
    await shows(['runs'], 'runs')
    await shows(['version'], 'version')
    await shows(['artifacts', 'prune', '--older-than', '90'], 'artifacts prune')
    await shows(['artifacts', 'export', run, 'plain'], 'artifacts export')
    await shows(['report', run, '--open', '-o', 'r.html'], 'report')
    await shows(['bundle', run, '-o', 'b.zip'], 'bundle')
    await shows(['report', 'b.zip', '-o', 'r.html', '--force'], 'report')
    await shows(['verify', 'b.zip', '--own'], 'verify')
    await shows(['verify', 'b.zip'], 'verify')
    await shows(['replay'], 'replay')
    await shows(['replay', '--bundle', 'b.zip', '--write', 'again.zip'], 'replay')
    expect(readFileSync(join(folder, 'project', 'again.zip'))).toEqual(readFileSync(join(folder, 'project', 'b.zip')))
    await shows(['log', 'tail', '-n', '1000'], 'log tail')
    await shows(['log', 'show', '0'], 'log show')
    await shows(['log', 'streams'], 'log streams')
    await shows(['prove', '2'], 'prove')
    await shows(['prove', '--stream', `run-${run}`], 'prove')
    await shows(['prove', '--stream', 'run-none'], 'prove')
    await shows(['prove', '--consistency', '2'], 'prove')
    await shows(['fsck'], 'fsck')
    await shows(['export', 'tiles', 'tiles'], 'export tiles')
    await shows(['verify', 'tiles', '--own'], 'verify')
    await shows(['replay', '--from', 'tiles', '--bundle', 'b.zip'], 'replay')
    await shows(['backup', 'copy'], 'backup')
    await shows(['adopt'], 'adopt')
    await shows(['keys'], 'keys')
    const { id } = (await shows(['keys', 'rotate'], 'keys rotate')) as { id: string }
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    const before = ((await shows(['keys'], 'keys')) as { keys: { id: string; purpose: string }[] }).keys
    const old = before.find((key) => key.purpose === 'evidence')?.id ?? ''
    await shows(['keys', 'revoke', old, '--reason', 'superseded'], 'keys revoke')
    const { vkey } = (await shows(['keys'], 'keys')) as { vkey: string }
    await shows(['trust', 'add', vkey, '--comment', 'mine'], 'trust add')
    await shows(['trust', 'list'], 'trust list')
    await shows(['config'], 'config')
    await shows(['doctor', '--offline'], 'doctor')
    await shows(['spool', 'flush'], 'spool flush')
    await shows(['completion', 'bash'], 'completion')
    await shows(['demo', 'data'], 'demo data')
    await shows(['redact', run, '--yes'], 'redact')
    const wrapped = await clyraHere(folder, ['run', '--json', 'dbt', 'build'], {
      env: { FAKE_DBT: JSON.stringify({ recording: join(RECORDED, 'good') }) },
    })
    conforms('run', JSON.parse(wrapped.stdout.trimEnd().split('\n').at(-1) ?? ''))
    seen.add('run')
    expect([...seen].sort()).toEqual(COMMANDS.map(({ path }) => path).sort())
  })

  it('conforms where a command fails', async () => {
    for (const args of [['bundle', 'none'], ['log', 'show', '99999999'], ['nonsense'], ['verify', 'none.zip']]) {
      conforms('error', JSON.parse((await clyraHere(folder, [...args, '--json'])).stdout))
    }
  })
})
