import { isAbsolute, join, resolve } from 'node:path'
import { ClyraError } from '../errors/index.js'
import { layoutOf, type StoreKind } from '../stores/state/index.js'
import { isDirectory } from '../system/index.js'
import { type Caller, type Settings, type StatePlace, settingsFor } from './project/index.js'

/** Every kind of log store, by the scheme that the setting `store` begins with; loaded where a ledger is opened. */
const STORE_KINDS: ReadonlyMap<string, () => Promise<StoreKind>> = new Map([
  ['file', async () => (await import('../stores/embedded/index.js')).embeddedStore],
])

/** The kind of store of a ledger. Where its log lies in the state directory no setting is asked. */
export async function storeOf(caller: Pick<Caller, 'environment'>, place: StatePlace): Promise<StoreKind> {
  return kindOf(isDirectory(layoutOf(place.state).log) ? 'file:' : settingsFor(caller, place).store.value)
}

/**
 * The kind of store that settings name. Throws NOT_YET_SUPPORTED for a kind that this release has not, CONFIG_INVALID
 * where they name another ledger than the one that was found.
 */
export async function storeIn(place: StatePlace, { store }: Settings): Promise<StoreKind> {
  if (store.source === 'default') return kindOf('file:')
  const kind = await kindOf(store.value)
  // A ledger that was named is that one, whatever the settings beside it say of another: a backup in the project.
  if (schemeOf(store.value) === 'file' && place.source === 'default' && pathIn(place, store.value) !== place.state) {
    throw new ClyraError(
      'CONFIG_INVALID',
      `store must be file:.clyra in this release; the ledger lies in ${place.state}`,
      { details: { field: 'store' } },
    )
  }
  return kind
}

/** The kind of store of a ledger that is made. */
export function newStore(): Promise<StoreKind> {
  return kindOf('file:')
}

/** The path that a setting names as `file:PATH` or PATH, from the project's folder. */
export function pathIn(place: StatePlace, text: string): string {
  const path = text.startsWith('file:') ? text.slice('file:'.length) : text
  return isAbsolute(path) ? path : resolve(join(place.project, path))
}

/** A path is a `file:`. */
function schemeOf(store: string): string {
  return /^([a-z][a-z0-9+.-]*):/.exec(store)?.[1] ?? 'file'
}

async function kindOf(store: string): Promise<StoreKind> {
  const scheme = schemeOf(store)
  const load = STORE_KINDS.get(scheme)
  if (load !== undefined) return load()
  throw new ClyraError('NOT_YET_SUPPORTED', `a log store of the kind ${scheme}: is not part of this release`, {
    details: { store: scheme },
  })
}
