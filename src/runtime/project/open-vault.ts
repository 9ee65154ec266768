import type { Vault } from '../../ports/index.js'
import { assertLiesWhole, layoutOf } from '../../stores/state/index.js'
import type { StatePlace } from './find-state.js'
import type { Settings } from './settings.js'

/** The vault alone, without the ledger's lock: it is a directory of files of its own. */
export async function openVault(place: StatePlace, settings: Settings): Promise<Vault> {
  const { FileVault } = await import('../../stores/files/index.js')
  assertLiesWhole(place.state)
  return new FileVault({ directory: layoutOf(place.state).vault, keepValues: settings.keepValues.value })
}
