import type { CommandSpec } from '../command.js'
import { backup } from './backup.js'
import { bundle } from './bundle.js'
import { completionOf } from './completion.js'
import { config } from './config.js'
import { demoData } from './demo-data.js'
import { doctor } from './doctor.js'
import { exportTiles } from './export-tiles.js'
import { fsck } from './fsck.js'
import { ingestDbt } from './ingest-dbt.js'
import { init } from './init.js'
import { keys, keysRevoke, keysRotate } from './keys.js'
import { logShow, logStreams, logTail } from './log.js'
import { prove } from './prove.js'
import { redact } from './redact.js'
import { replay } from './replay.js'
import { run } from './run-dbt.js'
import { runs } from './runs.js'
import { spoolFlush } from './spool.js'
import { trustAdd, trustList } from './trust.js'
import { verify } from './verify.js'

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [
  init,
  demoData,
  run,
  ingestDbt,
  runs,
  bundle,
  verify,
  replay,
  logTail,
  logShow,
  logStreams,
  prove,
  fsck,
  exportTiles,
  backup,
  keys,
  keysRotate,
  keysRevoke,
  redact,
  trustAdd,
  trustList,
  spoolFlush,
  config,
  doctor,
  completionOf(() => COMMANDS),
]
