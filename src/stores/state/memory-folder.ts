import { isAbsolute, join } from 'node:path'

/**
 * Where signed sizes are remembered: `$XDG_STATE_HOME/clyra/ledgers`, else `<home>/.local/state/clyra/ledgers`.
 * Undefined where neither is an absolute path: then there is no folder of the user, and nothing is remembered.
 */
export function memoryFolder(stateHome: string | undefined, home: string | undefined): string | undefined {
  const given = stateHome !== undefined && isAbsolute(stateHome) ? stateHome : undefined
  const own = home !== undefined && isAbsolute(home) ? join(home, '.local', 'state') : undefined
  const base = given ?? own
  return base === undefined ? undefined : join(base, 'clyra', 'ledgers')
}
