import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dbtArguments } from './dbt-arguments.js'
import { profileConnection, profilesFiles } from './profile-connection.js'
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

describe('the connection of profiles.yml', () => {
  const connect = (
    args: string[] = [],
    env: Record<string, string> = { PG_PASSWORD: 'p@ss/w:rd' },
    profiles: string | undefined = PROFILES,
  ) => profileConnection(around(args, env), 'name: shop\nprofile: shop\n', profiles)

  it('is read where it is literal or env_var() only', () => {
    const found = connect()
    expect(found).toMatchObject({
      ok: true,
      target: 'dev',
      connection: {
        host: 'localhost',
        port: 5433,
        user: 'ada',
        password: 'p@ss/w:rd',
        database: 'wh',
        schema: 'public',
      },
    })
    expect(found.ok && found.connection).toMatchObject({ sslmode: 'require', connectTimeout: 10, keepalivesIdle: 0 })
  })

  it('is shared between targets by a merge key, as dbt reads it', () => {
    const merged = `shop:
  target: ci
  outputs:
    dev: &dev {type: postgres, host: h, port: 5433, user: a, dbname: d, schema: shop}
    ci:
      <<: *dev
      schema: shop_ci
`
    const found = connect([], {}, merged)
    expect(found).toMatchObject({ ok: true, target: 'ci', connection: { host: 'h', port: 5433, schema: 'shop_ci' } })
  })

  it('has what dbt hands to libpq: certificates, limits, role and search path, an empty host and password', () => {
    const full = `shop: {target: dev, outputs: {dev: {type: postgres, host: '', user: a, pass: '', dbname: d, schema: s,
      sslmode: verify-full, sslrootcert: /r, sslcert: /c, sslkey: "{{ env_var('KEY') }}", connect_timeout: 3,
      keepalives_idle: 30, role: etl, search_path: 's, public'}}}`
    expect(connect([], { KEY: '/k' }, full)).toEqual({
      ok: true,
      target: 'dev',
      connection: {
        host: '',
        port: 5432,
        user: 'a',
        password: '',
        database: 'd',
        schema: 's',
        sslmode: 'verify-full',
        sslrootcert: '/r',
        sslcert: '/c',
        sslkey: '/k',
        connectTimeout: 3,
        keepalivesIdle: 30,
        role: 'etl',
        searchPath: 's, public',
      },
    })
  })

  it('names another kind of warehouse by its adapter', () => {
    expect(connect(['--target', 'other'])).toEqual({ ok: false, reason: 'not-postgres', adapter: 'snowflake' })
  })

  it.each([
    [['--target', 'other'], { PG_PASSWORD: 'x' }, PROFILES, 'not-postgres'],
    [['-t', 'odd'], {}, PROFILES, 'template'],
    [['-t', 'bare'], {}, PROFILES, 'field-missing'],
    [['-t', 'nope'], {}, PROFILES, 'target-unknown'],
    [[], {}, PROFILES, 'variable-missing'],
    [['--profile', 'nope'], {}, PROFILES, 'profile-unknown'],
    [['--profile', '__proto__'], {}, PROFILES, 'profile-unknown'],
    [[], {}, 'a: [', 'profiles-invalid'],
    [[], {}, 'shop: {outputs: 3}', 'profiles-invalid'],
  ])('is refused with a reason: %j %j', (args, env, profiles, reason) => {
    expect(connect(args, env, profiles)).toMatchObject({ ok: false, reason })
  })

  it('is missing where there is no file', () => {
    expect(profileConnection(around(), undefined, undefined)).toEqual({ ok: false, reason: 'profiles-missing' })
  })

  it('never throws and never quotes the file in a reason', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        const profiles = `shop:\n  outputs:\n    default: {type: postgres, host: ${JSON.stringify(`CANARY${text}{{ x }}`)}, user: u, dbname: d}\n`
        expect(JSON.stringify(connect([], {}, profiles))).not.toContain('CANARY')
        expect(() => connect([], {}, text)).not.toThrow()
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
