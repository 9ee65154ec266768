import type { WritingCaller } from '../runtime/index.js'
import type { Workbench } from '../system/index.js'
import type { Environment } from './environment.js'
import type { Logger } from './logger.js'
import type { Output } from './output.js'

/** What every command is given. */
export interface Context extends WritingCaller {
  readonly environment: Environment
  readonly output: Output
  readonly logger: Logger
  readonly workbench: Workbench
}
