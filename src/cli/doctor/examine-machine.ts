import { execFileSync } from 'node:child_process'
import { type Context, optionalLedgerPlace, settingsFor } from '../context.js'
import { dbtCommand, withoutDbt } from '../dbt/dbt-command.js'
import type { Finding } from './finding.js'

/** Node and dbt. */
export function examineMachine(context: Context): Finding[] {
  return [nodeVersion(), dbtVersion(context)]
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const enough = major > 20 || (major === 20 && minor >= 19)
  return {
    check: 'node',
    status: enough ? 'ok' : 'fail',
    message: `version ${process.versions.node}${enough ? '' : '; 20.19 or newer is needed'}`,
    fix: enough ? null : 'nvm install 24',
  }
}

function dbtVersion(context: Context): Finding {
  const { variables, cwd } = context.environment
  const places = { variables, folders: [cwd] }
  const found = dbtCommand(settingsFor(context, optionalLedgerPlace(context)).dbtCommand, places)
  const command = [found.program, ...found.words].join(' ')
  try {
    const text = execFileSync(found.program, [...found.words, '--version'], {
      encoding: 'utf8',
      timeout: 20_000,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...context.environment.variables, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' },
    })
    const version = /installed:\s*([0-9][^\s]*)/.exec(text)?.[1] ?? /([0-9]+\.[0-9]+\.[0-9][^\s]*)/.exec(text)?.[1]
    return { check: 'dbt', status: 'ok', message: `${command}, version ${version ?? 'unknown'}`, fix: null }
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!absent)
      return { check: 'dbt', status: 'warn', message: `${command} --version failed`, fix: `${command} --version` }
    const { reason, fix } = withoutDbt(found, ['build'], places)
    return { check: 'dbt', status: 'warn', message: reason, fix }
  }
}
