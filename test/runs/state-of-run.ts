import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * What the library remembers of the ledgers that a run makes is put into a folder of that run: not into the home of
 * who runs it, nor where another run looks. Gives what removes it.
 */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'clyra-state-'))
  process.env['XDG_STATE_HOME'] = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}
