/** What a dbt command does to the warehouse, as far as a reader of its record needs to know. */
export interface WhatRuns {
  /** It may create, change or drop relations. */
  readonly builds: boolean
  /** It may run data tests or unit tests. */
  readonly tests: boolean
  /** For a command that does neither, what it did instead; else null. */
  readonly instead: string | null
}

const BUILDS: WhatRuns = { builds: true, tests: false, instead: null }
const BUILDS_AND_TESTS: WhatRuns = { builds: true, tests: true, instead: null }
const only = (instead: string): WhatRuns => ({ builds: false, tests: false, instead })

const COMMANDS: Readonly<Record<string, WhatRuns>> = {
  build: BUILDS_AND_TESTS,
  clone: BUILDS,
  retry: BUILDS_AND_TESTS,
  run: BUILDS,
  'run-operation': BUILDS,
  seed: BUILDS,
  snapshot: BUILDS,
  test: { builds: false, tests: true, instead: null },
  compile: only('compiled, nothing ran'),
  docs: only('compiled and described, nothing ran'),
  'docs generate': only('compiled and described, nothing ran'),
  show: only('rows were shown, nothing was built'),
  list: only('listed, nothing ran'),
  ls: only('listed, nothing ran'),
  parse: only('parsed, nothing ran'),
  freshness: only('sources were looked at, nothing was built'),
  source: only('sources were looked at, nothing was built'),
  'source freshness': only('sources were looked at, nothing was built'),
  clean: only('files were removed, nothing ran'),
  debug: only('the setup was checked, nothing ran'),
  deps: only('packages were fetched, nothing ran'),
  environment: only('the environment was read, nothing ran'),
  init: only('a project was begun, nothing ran'),
}

/** Of a command that nobody names, or that is not known here, anything may have run. */
export function whatRuns(command: string | null): WhatRuns {
  return command !== null && Object.hasOwn(COMMANDS, command) ? COMMANDS[command]! : BUILDS_AND_TESTS
}
