import { join } from 'node:path'
import { dbtArguments, logDirectories, type WrapPlan } from '../../../connectors/dbt/index.js'
import { isFile, sizeAt } from '../../system/index.js'
import type { DbtProject } from './dbt-project.js'

/** How dbt is to be started, and where its log will be read. */
export interface RunPlan {
  readonly wrap: WrapPlan
  readonly log: { readonly path: string; readonly start: number; readonly own: boolean; readonly otel: string }
  /** Where people expect dbt's log in plain text; undefined where dbt writes it itself. */
  readonly readableLog: string | undefined
}

/** Reads what of the surroundings matters and decides; starts nothing. `ownLog` is the folder for a log of our own. */
export function planRun({ around, folder, yaml }: DbtProject, run: string, ownLog: string): RunPlan {
  const wrap = dbtArguments(around.args, { env: around.env, run, logPath: ownLog })
  const own = wrap.log.whose === 'ours'
  const usual = logDirectories(around, folder, yaml)
  const logFolder = own
    ? ownLog
    : (usual.find((one) => isFile(join(one, 'dbt.log'))) ?? usual[0] ?? join(folder, 'logs'))
  const path = join(logFolder, 'dbt.log')
  return {
    wrap,
    log: { path, own, start: own ? 0 : sizeAt(path), otel: join(logFolder, wrap.log.otelFile) },
    readableLog: own ? join(usual[0] ?? join(folder, 'logs'), 'dbt.log') : undefined,
  }
}
