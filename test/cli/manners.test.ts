import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands/index.js'
import { clyra, clyraJson, discard, environment, PROGRAM, sandbox } from './clyra.js'
import { clyraHere } from './in-process.js'

let folder: string
beforeEach(() => {
  folder = sandbox()
})
afterEach(() => discard(folder))

describe('help', () => {
  it('names every command, and every name it gives is a command', () => {
    const top = clyra(folder, ['--help'])
    expect(top.status).toBe(0)
    const listed = [...top.stdout.matchAll(/^ {2}([a-z]+)(?: |$)/gm)].map((match) => match[1])
    const first = new Set(COMMANDS.map((command) => command.path.split(' ')[0]))
    expect(new Set(listed)).toEqual(first.add('help'))
  })

  it.each(COMMANDS.map((command) => [command.path]))('of `%s` goes to stdout and ends in examples', async (path) => {
    const shown = await clyraHere(folder, [...path.split(' '), '--help'])
    expect(shown).toMatchObject({ status: 0, stderr: '' })
    const [, examples] = shown.stdout.split('\nExamples:\n')
    expect(examples).toBeDefined()
    const lines = (examples ?? '').trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(line).toMatch(/^ {2}\$ clyra .+# ./)
  })

  it('is also given by `help`, and a name that is none is said to be none', async () => {
    for (const words of [[], ['verify'], ['log'], ['log', 'tail']]) {
      expect(await clyraHere(folder, ['help', ...words])).toEqual(await clyraHere(folder, [...words, '--help']))
    }
    expect(clyra(folder, ['help', 'log', 'nothing'])).toMatchObject({ status: 2, stdout: '' })
    expect(clyra(folder, ['version']).stdout).toBe(clyra(folder, ['--version']).stdout)
  })

  it('of a group lists its commands', () => {
    expect(clyra(folder, ['log', '--help']).stdout).toMatch(/tail[\s\S]*show[\s\S]*streams/)
  })
})

describe('wrong usage', () => {
  it.each([
    [['frobnicate'], 'unknown command'],
    [['runs', '--frobnicate'], 'unknown option'],
    [['log', 'tail', '--lines', 'many'], '--lines'],
    [['bundle', 'one', 'two'], 'too many arguments'],
    [['keys', 'revoke'], 'missing required argument'],
    [['init', '--origin', 'Not A Host'], '--origin'],
  ])('`clyra %j` is one sentence with a code and a way on, exit 2', (args, said) => {
    const ended = clyra(folder, args)
    expect(ended.status).toBe(2)
    expect(ended.stdout).toBe('')
    const lines = ended.stderr.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^clyra: .* \(USAGE\)$/)
    expect(lines[0]).toContain(said)
    expect(lines[1]).toMatch(/^try: clyra /)
    expect(lines).toHaveLength(2)
  })

  it('is a document with --json', () => {
    expect(clyraJson(folder, ['runs', '--frobnicate'])).toMatchObject({ error: { code: 'USAGE' } })
  })

  it('prints no stack trace, unless asked', () => {
    writeFileSync(join(folder, 'project', 'clyra.yaml'), 'origin: [')
    mkdirSync(join(folder, 'project', '.clyra'))
    expect(clyra(folder, ['config']).stderr).not.toContain('    at ')
    expect(clyra(folder, ['config', '--verbose']).stderr).toContain('    at ')
  })
})

describe('settings', () => {
  it('say where each came from: flag over environment over file over default', () => {
    mkdirSync(join(folder, 'project', '.clyra'))
    writeFileSync(
      join(folder, 'project', 'clyra.yaml'),
      'governance:\n  job_id: from-file\n  service_id: from-file\nconnectors:\n  postgres:\n    url: env:SECRET_URL\n',
    )
    const shown = clyraJson(folder, ['config', '--trust', 'mine'], {
      env: { CLYRA_SERVICE_ID: 'from-environment', CLYRA_TRUST: 'theirs', SECRET_URL: 'postgres://u:hunter2@h/db' },
    })
    expect(shown).toMatchObject({
      settings: expect.arrayContaining([
        expect.objectContaining({ name: 'governance.job_id', value: 'from-file', source: 'file' }),
        expect.objectContaining({ name: 'governance.service_id', value: 'from-environment', source: 'environment' }),
        expect.objectContaining({ name: 'trust', value: 'mine', source: 'flag' }),
        expect.objectContaining({ name: 'vault.keepValues', value: true, source: 'default' }),
        expect.objectContaining({ name: 'connectors.postgres.url', value: 'env:SECRET_URL (set)' }),
      ]),
    })
    expect(JSON.stringify(shown)).not.toContain('hunter2')
  })

  it('repeat no password of an address that was given in the wrong place', () => {
    mkdirSync(join(folder, 'project', '.clyra'))
    const argv = ['config', '--trust', 'postgres://u:hunter2@h/db']
    const env = { CLYRA_BUSINESS_METRIC_REFS: 'one,postgres://v:hunter2@h/db', CLYRA_TILES: 'https://w:hunter2@h/' }
    for (const more of [[], ['--json']]) {
      const { status, stdout, stderr } = clyra(folder, [...argv, ...more], { env })
      expect(status).toBe(0)
      expect(stdout).toContain('postgres://u:***@h/db')
      expect(stdout).toContain('postgres://v:***@h/db')
      expect(stdout).toContain('https://w:***@h/')
      expect(`${stdout}${stderr}`).not.toContain('hunter2')
    }
  })

  it('refuse a secret in the file, without repeating it', () => {
    mkdirSync(join(folder, 'project', '.clyra'))
    writeFileSync(
      join(folder, 'project', 'clyra.yaml'),
      'connectors:\n  postgres:\n    url: postgres://u:hunter2@h/db\n',
    )
    const ended = clyra(folder, ['config'])
    expect(ended.status).toBe(2)
    expect(ended.stderr).toContain('(CONFIG_INVALID)')
    expect(ended.stderr).not.toContain('hunter2')
  })

  it('refuse a name that does not exist', () => {
    mkdirSync(join(folder, 'project', '.clyra'))
    writeFileSync(join(folder, 'project', 'clyra.yaml'), 'orign: example.org\n')
    expect(clyra(folder, ['config']).stderr).toMatch(/orign.*\(CONFIG_INVALID\)/)
  })
})

describe('output', () => {
  it('has no colour codes where nobody looks', () => {
    const env = { NO_COLOR: '' }
    expect(clyra(folder, ['config'], { env }).stdout).not.toContain('\x1b[')
  })

  it('ends quietly when its reader leaves', async () => {
    const child = spawn('sh', ['-c', `"${process.execPath}" "${PROGRAM}" completion bash | head -c 1`], {
      env: environment(folder),
      cwd: join(folder, 'project'),
    })
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk)
    })
    const status = await new Promise((resolve) => child.on('close', resolve))
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it.each(['bash', 'zsh'])('gives a completion script that %s can read', (shell) => {
    const { stdout, status } = clyra(folder, ['completion', shell])
    expect(status).toBe(0)
    expect(stdout).toContain("'log') words='show streams tail")
  })
})

describe('a trust file', () => {
  const KEY = 'example.org+6a5634bb+AUYlyhnrvvKm7cn1SUtLe0QmKf9US3Wh4TAJsPa+W1q2'

  it('is the user’s own, made private, and holds a key once', () => {
    const path = join(folder, 'home', '.config', 'clyra', 'trusted-keys')
    const key = clyra(folder, ['trust', 'add', KEY])
    if (key.status !== 0) throw new Error(key.stderr)
    expect(clyraJson(folder, ['trust', 'add', KEY])).toMatchObject({ added: false })
    expect(existsSync(path)).toBe(true)
    expect(clyraJson(folder, ['trust', 'list'])).toMatchObject({ keys: [{ origin: 'example.org', genesis: null }] })
    expect(readdirSync(join(folder, 'project'))).toEqual([])
  })

  it('is refused by line where it is malformed', () => {
    writeFileSync(join(folder, 'keys'), '# mine\nnot-a-key\n')
    const ended = clyra(folder, ['trust', 'list', '--trust', '../keys'])
    expect(ended.status).toBe(2)
    expect(ended.stderr).toMatch(/keys, line 2: .*\(KEY_INVALID\)/)
  })
})
