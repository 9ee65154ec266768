import { isAbsolute, join, resolve } from 'node:path'
import { ClyraError } from '../errors/index.js'
import { type EmbeddedLedgerReader, openEmbeddedLedger, openEmbeddedLedgerReader } from '../stores/embedded/index.js'
import { FileArtifactStore } from '../stores/files/index.js'
import { layoutOf } from '../stores/state/index.js'
import type { OpenedLedger, OpenedReader } from './opened-ledger.js'
import { type Caller, rememberIn, type Settings, type StatePlace } from './project/index.js'

/** Opens the ledger that a place and its settings name, for reading. What is wrong but stops nothing is told. */
export async function openStateReader(caller: Caller, place: StatePlace, settings: Settings): Promise<OpenedReader> {
  checkStore(place, settings)
  const ledger = await openEmbeddedLedgerReader(commonOptions(caller, place, settings))
  return { place, settings, ledger, close: () => ledger.close(), ...besideOf(ledger, place, settings) }
}

/** The same for writing; `adopt`: although it is a copy or was set back. */
export async function openState(
  caller: Caller,
  place: StatePlace,
  settings: Settings,
  adopt: boolean,
): Promise<OpenedLedger> {
  checkStore(place, settings)
  const ledger = await openEmbeddedLedger({
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

function besideOf({ vault }: EmbeddedLedgerReader, place: StatePlace, settings: Settings) {
  const artifacts = new FileArtifactStore(pathOf(settings.artifacts.value, place, layoutOf(place.state).artifacts))
  return { vault, artifacts }
}

/** This release has the embedded store, in the state directory itself. */
function checkStore(place: StatePlace, { store, tiles }: Settings): void {
  if (tiles.value !== null) {
    throw new ClyraError(
      'NOT_YET_SUPPORTED',
      'publishing tiles while appending is not part of this release; leave `tiles` out',
      {
        details: { field: 'tiles', tiles: tiles.value },
      },
    )
  }
  if (store.source === 'default') return
  const scheme = /^([a-z][a-z0-9+.-]*):/.exec(store.value)?.[1] ?? 'file'
  if (scheme !== 'file') {
    throw new ClyraError('NOT_YET_SUPPORTED', `a log store of the kind ${scheme}: is not part of this release`, {
      details: { store: scheme },
    })
  }
  // A ledger that was named is that one, whatever the settings beside it say of another: a backup in the project.
  if (place.source === 'default' && resolvePath(store.value, place) !== place.state) {
    throw new ClyraError(
      'CONFIG_INVALID',
      `store must be file:.clyra in this release; the ledger lies in ${place.state}`,
      {
        details: { field: 'store' },
      },
    )
  }
}

function pathOf(text: string, place: StatePlace, fallback: string): string {
  return text === 'file:.clyra/artifacts' ? fallback : resolvePath(text, place)
}

function resolvePath(text: string, place: StatePlace): string {
  const path = text.startsWith('file:') ? text.slice('file:'.length) : text
  return isAbsolute(path) ? path : resolve(join(place.project, path))
}
