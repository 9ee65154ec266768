import { ClyraError } from '../errors/index.js'
import { FileArtifactStore } from '../stores/files/index.js'
import { layoutOf, type StoredLedgerReader } from '../stores/state/index.js'
import type { OpenedLedger, OpenedReader } from './opened-ledger.js'
import { type Caller, rememberIn, type Settings, type StatePlace } from './project/index.js'
import { pathIn, storeIn } from './store-of.js'

/** Opens the ledger that a place and its settings name, for reading. What is wrong but stops nothing is told. */
export async function openStateReader(caller: Caller, place: StatePlace, settings: Settings): Promise<OpenedReader> {
  checkTiles(settings)
  const store = await storeIn(place, settings)
  const ledger = await store.openReader(commonOptions(caller, place, settings))
  return { place, settings, ledger, close: () => ledger.close(), ...besideOf(ledger, place, settings) }
}

/** The same for writing; `adopt`: although it is a copy or was set back. */
export async function openState(
  caller: Caller,
  place: StatePlace,
  settings: Settings,
  adopt: boolean,
): Promise<OpenedLedger> {
  checkTiles(settings)
  const store = await storeIn(place, settings)
  const ledger = await store.open({
    ...commonOptions(caller, place, settings),
    command: 'clyra',
    now: () => caller.environment.now().getTime(),
    rememberIn: rememberIn(caller),
    adopt,
  })
  const { adoption } = ledger
  const close = () => ledger.close()
  return { place, settings, ledger, appender: ledger, adoption, close, ...besideOf(ledger, place, settings) }
}

function commonOptions(caller: Caller, place: StatePlace, settings: Settings) {
  return {
    directory: place.state,
    onWarning: (message: string) => caller.output.warn(message),
    vault: { keepValues: settings.keepValues.value },
  }
}

function besideOf({ vault }: StoredLedgerReader, place: StatePlace, settings: Settings) {
  const artifacts = new FileArtifactStore(pathOf(settings.artifacts.value, place, layoutOf(place.state).artifacts))
  return { vault, artifacts }
}

/** Throws NOT_YET_SUPPORTED for tiles that are to be published while appending. */
function checkTiles({ tiles }: Settings): void {
  if (tiles.value === null) return
  throw new ClyraError(
    'NOT_YET_SUPPORTED',
    'publishing tiles while appending is not part of this release; leave `tiles` out',
    { details: { field: 'tiles', tiles: tiles.value } },
  )
}

function pathOf(text: string, place: StatePlace, fallback: string): string {
  return text === 'file:.clyra/artifacts' ? fallback : pathIn(place, text)
}
