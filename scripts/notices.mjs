import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { closure, readLock, statedLicense } from './lock-file.mjs'
import { root } from './steps.mjs'

/**
 * The notices of the packages that a workspace needs, or of those of them that are named, with all that they need: what
 * their licences ask for where packages are joined into a file of ours.
 */
export function noticesOf(workspace, names) {
  const lock = readLock()
  const needed = lock.get(workspace).dependsOn
  return closure(lock, names === undefined ? needed : needed.filter((path) => names.includes(lock.get(path).name)))
    .map((one) => {
      const [path] = ['LICENSE', 'LICENSE.md'].map((name) => join(root, one.path, name)).filter(existsSync)
      const text = readFileSync(path, 'utf8').trim()
      return `${one.name} ${one.version} (${statedLicense(one)})\n\n${text}`
    })
    .join('\n\n')
}
