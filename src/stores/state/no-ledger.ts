import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ClyraError } from '../../errors/index.js'
import { layoutOf } from './layout.js'

/**
 * What to say of a state directory without a log. Where something was signed in it the log was lost, and nothing may be
 * begun in its place; where there are keys alone, a creation may have been interrupted.
 */
export function noLedger(directory: string): ClyraError {
  const places = layoutOf(directory)
  const signed = [join(places.checkpoints, 'latest'), join(places.tiles, 'checkpoint')].filter((path) =>
    existsSync(path),
  )
  if (signed.length > 0 || kept(places.checkpoints)) {
    const keys = existsSync(join(places.keys, 'ledger.key')) ? 'its keys and checkpoints are' : 'its checkpoints are'
    return new ClyraError(
      'LOG_LOST',
      `the log in ${places.log} is gone, while ${keys} still there: put the directory back from a backup; nothing can be begun in its place`,
      {
        details: { directory, path: places.log },
      },
    )
  }
  return new ClyraError('LEDGER_NOT_FOUND', `there is no ledger in ${directory}`, {
    details: { directory },
  })
}

function kept(checkpoints: string): boolean {
  try {
    return readdirSync(checkpoints).some((name) => /^[0-9]+$/.test(name))
  } catch {
    return false
  }
}
