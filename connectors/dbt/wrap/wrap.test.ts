import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dbtArguments } from './dbt-arguments.js'
import { profilesFiles, profileTarget } from './profile-target.js'
import { logDirectories, projectDirectories, targetDirectory } from './project-paths.js'
import { readableLogLine } from './readable-log.js'
import { resolveTemplate } from './template.js'

const RUN = '01900000-0000-7000-8000-000000000001'
const plan = (args: string[], env: Record<string, string> = {}) =>
  dbtArguments(args, { env, run: RUN, logPath: '/spool/log' })
const around = (args: string[] = [], env: Record<string, string> = {}, cwd = '/home/ada/shop') => ({ args, env, cwd })

describe('how dbt is started', () => {
  it('adds an own log in JSON, at debug, without rotation, after the arguments of the user', () => {
    const { args, env, log, warnings } = plan(['build', '--select', 'a', 'b'])
    expect(args).toEqual(
      'build --select a b --log-path /spool/log --log-format-file json --log-level-file debug --log-file-max-bytes 0'.split(
        ' ',
      ),
    )
    expect(env).toEqual({ DBT_ENV_CUSTOM_ENV_CLYRA_RUN_ID: RUN, DBT_OTEL_FILE_NAME: 'otel.jsonl' })
    expect(log).toEqual({ whose: 'ours', format: 'json', complete: true, otelFile: 'otel.jsonl' })
    expect(warnings).toEqual([])
  })

  it('lets flags and variables of the user win', () => {
    expect(plan(['--log-path=mine', 'run']).args).toEqual(
      '--log-path=mine run --log-format-file json --log-level-file debug --log-file-max-bytes 0'.split(' '),
    )
    expect(
      plan(['run'], {
        DBT_LOG_PATH: 'mine',
        DBT_LOG_FORMAT_FILE: 'json',
        DBT_LOG_LEVEL_FILE: 'debug',
        DBT_ENGINE_LOG_FILE_MAX_BYTES: '5',
      }),
    ).toMatchObject({
      args: ['run'],
      log: { whose: 'users' },
    })
    const text = plan(['run', '--log-format-file', 'text', '--log-level-file', 'info'])
    expect(text.log).toMatchObject({ format: 'text', complete: false })
    expect(text.warnings).toHaveLength(2)
    expect(plan(['run', '--otel-file-name', 'mine.jsonl'])).toMatchObject({
      log: { otelFile: 'mine.jsonl' },
      env: { DBT_ENV_CUSTOM_ENV_CLYRA_RUN_ID: RUN },
    })
  })

  it('leaves the console flags of the user and its own file flags side by side', () => {
    expect(plan(['--log-format', 'text', '--log-level', 'warn', 'run']).log).toMatchObject({
      format: 'json',
      complete: true,
    })
  })

  it('takes no word of a value for the command', () => {
    expect(plan(['--vars', '{kind: ls}', 'build']).command).toBe('build')
    expect(plan(['--vars', 'kind: ls', 'build', '--select', 'parse']).command).toBe('build')
    expect(plan(['--vars', '', 'ls']).command).toBe('ls')
    expect(plan(['source', 'freshness']).command).toBe('source freshness')
    expect(plan(['--version']).command).toBeNull()
  })

  it('does not touch arguments without a sub-command, nor the choice on usage statistics', () => {
    for (const args of [['--version'], ['--help'], []]) expect(plan(args).args).toEqual(args)
    expect(plan(['run'], { DBT_SEND_ANONYMOUS_USAGE_STATS: 'true' }).env).not.toHaveProperty(
      'DBT_SEND_ANONYMOUS_USAGE_STATS',
    )
  })
})

describe('where dbt works', () => {
  it('looks for the project where dbt does', () => {
    expect(projectDirectories(around(['--project-dir', 'sub']))).toEqual(['/home/ada/shop/sub'])
    expect(projectDirectories(around([], { DBT_PROJECT_DIR: '/p' }))).toEqual(['/p'])
    expect(projectDirectories(around())).toEqual(['/home/ada/shop', '/home/ada', '/home', '/'])
  })

  it('resolves the target and log directories: flag, variable, project file, default', () => {
    const yaml = "target-path: out\nlog-path: \"{{ env_var('LOGS', 'mylogs') }}\"\n"
    expect(targetDirectory(around(), '/p')).toBe('/p/target')
    expect(targetDirectory(around(), '/p', yaml)).toBe('/p/out')
    expect(targetDirectory(around([], { DBT_TARGET_PATH: '/abs' }), '/p', yaml)).toBe('/abs')
    expect(targetDirectory(around(['build', '--target-path', 't1', '--target-path=t2']), '/p', yaml)).toBe('/p/t2')
    expect(targetDirectory(around(), '/p', 'target-path: "{{ var(\'x\') }}"')).toBe('/p/target')
    expect(targetDirectory(around(), '/p', ': not yaml: [')).toBe('/p/target')
    expect(logDirectories(around(), '/p', yaml)).toEqual(['/p/mylogs'])
    expect(logDirectories(around(['--log-path', 'l']), '/p')).toEqual(['/home/ada/shop/l', '/p/l'])
    expect(logDirectories(around([], { DBT_LOG_PATH: '/l' }), '/p')).toEqual(['/l'])
  })

  it('looks for profiles.yml where dbt does', () => {
    expect(profilesFiles(around(), '/p', '/home/ada')).toEqual([
      '/home/ada/shop/profiles.yml',
      '/p/profiles.yml',
      '/home/ada/.dbt/profiles.yml',
    ])
    expect(profilesFiles(around([], { DBT_PROFILES_DIR: '/x' }), '/p', '/home/ada')).toEqual(['/x/profiles.yml'])
  })
})

const PROFILES = `
shop:
  target: dev
  outputs:
    dev: {type: postgres, host: localhost, user: ada, password: "{{ env_var('PG_PASSWORD') }}", port: "{{ env_var('PG_PORT', '5433') | int }}", dbname: wh, schema: public, sslmode: require}
    other: {type: snowflake, account: x}
    odd: {type: postgres, host: "{{ target.name }}", user: a, dbname: d, schema: s}
    bare: {type: postgres, host: h, schema: s}
`

describe('the target of profiles.yml', () => {
  const targetOf = (
    args: string[] = [],
    env: Record<string, string> = { PG_PASSWORD: 'p@ss/w:rd' },
    profiles: string | undefined = PROFILES,
  ) => profileTarget(around(args, env), 'name: shop\nprofile: shop\n', profiles)

  it('has an adapter by name, and fields that are literal or env_var()', () => {
    const found = targetOf()
    if (!found.ok) throw new Error(found.says)
    expect([found.target, found.adapter]).toEqual(['dev', 'postgres'])
    expect(found.fields('port')).toEqual({ ok: true, value: '5433' })
    expect(found.fields('pass', 'password')).toEqual({ ok: true, value: 'p@ss/w:rd' })
    expect(found.fields('nothing')).toEqual({ ok: true, value: undefined })
    expect(targetOf(['--target', 'other'])).toMatchObject({ ok: true, adapter: 'snowflake' })
  })

  it('is of no adapter where its type does not look like the name of one', () => {
    const odd = "shop: {target: dev, outputs: {dev: {type: 'My Own: 1'}}}"
    expect(targetOf([], {}, odd)).toMatchObject({ ok: true, adapter: null })
    expect(targetOf([], {}, 'shop: {target: dev, outputs: {dev: {}}}')).toMatchObject({ ok: true, adapter: null })
  })

  it('is known although a field of it is not: that says why', () => {
    const odd = targetOf(['-t', 'odd'])
    expect(odd.ok && odd.fields('host')).toMatchObject({ ok: false, reason: 'template' })
    const unset = targetOf([], {})
    expect(unset.ok && unset.fields('password')).toMatchObject({ ok: false, reason: 'variable-missing' })
  })

  it.each([
    [['-t', 'nope'], {}, PROFILES, 'target-unknown'],
    [['--profile', 'nope'], {}, PROFILES, 'profile-unknown'],
    [['--profile', '__proto__'], {}, PROFILES, 'profile-unknown'],
    [[], {}, 'a: [', 'profiles-invalid'],
    [[], {}, 'shop: {outputs: 3}', 'profiles-invalid'],
    [[], {}, "shop: {target: dev, outputs: {dev: {type: '{{ x }}'}}}", 'template'],
  ])('is refused with a reason: %j %j', (args, env, profiles, reason) => {
    expect(targetOf(args, env, profiles)).toMatchObject({ ok: false, reason, says: expect.stringMatching(/profile/) })
  })

  it('is missing where there is no file', () => {
    expect(profileTarget(around(), undefined, undefined)).toMatchObject({ ok: false, reason: 'profiles-missing' })
  })

  it('never throws and never quotes the file in a reason', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        const profiles = `shop:\n  outputs:\n    default: {type: ${JSON.stringify(`CANARY${text}{{ x }}`)}, host: h}\n`
        expect(JSON.stringify(targetOf([], {}, profiles))).not.toContain('CANARY')
        expect(() => targetOf([], {}, text)).not.toThrow()
      }),
    )
  })
})

describe('templates', () => {
  it.each([
    ['plain', 'plain'],
    ["a-{{ env_var('X') }}-{{ env_var(\"Y\", 'y') }}", 'a-1-y'],
    ["{{env_var('N',5432)|int}}", '5432'],
    ["{{ env_var('X') | as_number }}", '1'],
  ])('resolves %j', (text, value) => {
    expect(resolveTemplate(text, { X: '1' })).toEqual({ ok: true, value })
  })

  it.each(["{{ var('x') }}", '{% if x %}{% endif %}', "{{ env_var('X') + 'a' }}", '{{ 1', '{{ env_var(name) }}'])(
    'refuses %j',
    (text) => {
      expect(resolveTemplate(text, { X: '1' })).toMatchObject({ ok: false, reason: 'template' })
    },
  )
})

describe('the readable log', () => {
  it('looks like what dbt would have written', () => {
    const line = {
      info: {
        ts: '2026-03-01T10:00:00.000001Z',
        level: 'info',
        msg: 'Running with dbt=1.11.16',
        thread: 'MainThread',
        name: 'MainReportVersion',
        invocation_id: 'abc',
      },
    }
    expect(readableLogLine(JSON.stringify(line))).toBe(
      `\n${'='.repeat(30)} 10:00:00.000001 | abc ${'='.repeat(30)}\n10:00:00.000001 [info ] [MainThread]: Running with dbt=1.11.16`,
    )
    expect(readableLogLine('Traceback')).toBe('Traceback')
  })
})
