import { assertNoLinksIn } from '../../system/index.js'
import { layoutOf } from './layout.js'

/**
 * Asserts that all folders of a state directory lie in it: a symbolic link in place of one is NOT_A_REGULAR_FILE. Files
 * in the flat ones (checkpoints, keys, vault) are each opened so that no link is followed.
 */
export function assertLiesWhole(directory: string): void {
  const { log, index, tiles, artifacts } = layoutOf(directory)
  for (const folder of [directory, log, index, tiles, artifacts]) assertNoLinksIn(folder)
}
