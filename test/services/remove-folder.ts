import { readdirSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { endProcesses, worksIn } from './end-processes.js'

/** A file system of a busy machine may still be writing back what an ended process left. */
const ATTEMPTS = 20

/**
 * Removes a temporary folder in which programs worked: ends those that still do, with all that they started, and then
 * removes what is there. Node's own `maxRetries` does not look again for files that came while it removed.
 */
export async function removeFolder(folder: string): Promise<void> {
  if (process.platform === 'linux') await endProcesses((one) => worksIn(folder, one))
  for (let attempt = 1; ; attempt += 1) {
    try {
      return rmSync(folder, { recursive: true, force: true })
    } catch (error) {
      if (attempt === ATTEMPTS) throw new Error(`${folder} is not empty: ${leftIn(folder)}`, { cause: error })
      await sleep(25 * attempt)
    }
  }
}

const leftIn = (folder: string) => readdirSync(folder, { recursive: true }).slice(0, 20).join(', ')
