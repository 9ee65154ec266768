import type { NewLedger } from '../stores/state/index.js'
import type { Caller } from './project/index.js'
import { newStore } from './store-of.js'

/** Makes a ledger in a directory that is not there yet, and closes it again. */
export async function createState({ environment, output }: Caller, directory: string, about: NewLedger) {
  const ledger = await (await newStore()).create({
    directory,
    command: 'clyra init',
    now: () => environment.now().getTime(),
    onWarning: (message) => output.warn(message),
    ...about,
  })
  try {
    const { identity, vkey, keyId } = ledger
    const { note } = await ledger.checkpoint()
    return { origin: ledger.origin, identity, vkey, keyId, size: await ledger.size(), note }
  } finally {
    await ledger.close()
  }
}
