import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { closure, readLock, statedLicense } from './lock-file.mjs'
import { root } from './steps.mjs'

/** The notices of all packages that a workspace needs, which their licences ask for where the packages are joined into one file. */
export function noticesOf(workspace) {
  const lock = readLock()
  return closure(lock, lock.get(workspace).dependsOn)
    .map((one) => {
      const text = readFileSync(join(root, one.path, 'LICENSE'), 'utf8').trim()
      return `${one.name} ${one.version} (${statedLicense(one)})\n\n${text}`
    })
    .join('\n\n')
}
