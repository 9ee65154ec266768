import { parse } from 'node:path'
import { commandLine, isClyraError } from '../../errors/index.js'
import { optionalLedgerPlace, resolveSettings, type Settings, settingsFor } from '../../runtime/project/index.js'
import { programOutput, StartFailure } from '../../system/index.js'
import type { Context } from '../context.js'
import { type DbtCommand, type DbtPlaces, dbtCommand, isThere, withoutDbt } from '../dbt/dbt-command.js'
import type { Finding } from './finding.js'
import { installedDbt } from './installed-dbt.js'

/** Node and dbt. */
export async function examineMachine(context: Context): Promise<Finding[]> {
  return [nodeVersion(), await dbtVersion(context)]
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

/** A dbt that the project brings is not started: looking at a project must not run what is in it. */
async function dbtVersion(context: Context): Promise<Finding> {
  const { variables, cwd } = context.environment
  const places = { variables, folders: [cwd] }
  const found = dbtCommand(believedSettings(context).dbtCommand, places)
  const command = [found.program, ...found.words].join(' ')
  if (!isThere(found, places)) {
    const { reason, fix } = withoutDbt(found, ['build'], places)
    return { check: 'dbt', status: 'warn', message: reason, fix }
  }
  if (found.chosenBy === 'project') {
    const version = installedDbt(found.program)
    const told = version === undefined ? 'which the project names and doctor does not start' : `version ${version}`
    return { check: 'dbt', status: 'ok', message: `${command}, ${told}`, fix: null }
  }
  return startedDbt(found, command, places)
}

/** What is wrong with the settings is a finding of its own; here the environment's count then. */
function believedSettings(context: Context): Settings {
  try {
    return settingsFor(context, optionalLedgerPlace(context))
  } catch (error) {
    if (!isClyraError(error)) throw error
    return resolveSettings({}, context.environment)
  }
}

async function startedDbt(found: DbtCommand, command: string, places: DbtPlaces): Promise<Finding> {
  const failed: Finding = {
    check: 'dbt',
    status: 'warn',
    message: `${command} --version failed`,
    fix: commandLine`${[found.program, ...found.words]} --version`,
  }
  try {
    const { code, stdout } = await programOutput(found.program, [...found.words, '--version'], {
      // Away from the project: nothing there may have a say in how it starts.
      cwd: /[\\/]/.test(found.program) ? places.folders[0] : parse(process.execPath).root,
      variables: places.variables,
      pass: 'everything',
      set: { DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' },
      timeoutMs: 20_000,
      limit: 1 << 20,
    })
    if (code !== 0) return failed
    const version = /installed:\s*([0-9][^\s]*)/.exec(stdout)?.[1] ?? /([0-9]+\.[0-9]+\.[0-9][^\s]*)/.exec(stdout)?.[1]
    return { check: 'dbt', status: 'ok', message: `${command}, version ${version ?? 'unknown'}`, fix: null }
  } catch (error) {
    if (error instanceof StartFailure) return failed
    throw error
  }
}
