import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './steps.mjs'

/**
 * The packages of an npm lock file (version 3) and which of them a user gets.
 *
 * A package is `{ path, name, version, license, integrity, optional, dependsOn }`: `path` is where npm puts it, and
 * `dependsOn` lists the paths of what it needs, as Node would find them from there. Links are followed: `@clyra/verify`
 * has the path of its folder.
 */
export function readLock(path = join(root, 'package-lock.json')) {
  const { packages, lockfileVersion } = JSON.parse(readFileSync(path, 'utf8'))
  if (lockfileVersion !== 3) throw new Error(`${path} is no lock file of version 3`)
  const found = new Map()
  for (const [place, entry] of Object.entries(packages)) {
    if (entry.link === true) continue
    found.set(place, {
      path: place,
      name: entry.name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: entry.version,
      license: entry.license,
      integrity: entry.integrity,
      optional: entry.optional === true,
      dependsOn: resolved(packages, place, { ...entry.dependencies, ...entry.optionalDependencies }),
      development: resolved(packages, place, entry.devDependencies ?? {}),
    })
  }
  return found
}

/** The paths of what a package names, each the nearest `node_modules` upwards, as Node looks for it. */
function resolved(packages, from, dependencies) {
  return Object.keys(dependencies)
    .map((name) => {
      for (let folder = from; ; folder = parent(folder)) {
        const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
        if (packages[path] !== undefined) return packages[path].link === true ? packages[path].resolved : path
        if (folder === '') throw new Error(`${from || 'the project'} needs ${name}, which the lock file does not have`)
      }
    })
    .sort(byText)
}

function parent(folder) {
  const at = folder.lastIndexOf('/node_modules/')
  return at < 0 ? '' : folder.slice(0, at)
}

/** What is reached from these paths, they themselves included, in order of path. */
export function closure(lock, paths) {
  const reached = new Set()
  const waiting = [...paths]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue
    reached.add(path)
    waiting.push(...lock.get(path).dependsOn)
  }
  return [...reached].sort(byText).map((path) => lock.get(path))
}

/** What a user of `clyra` gets, platform builds of every platform included; without `clyra` itself. */
export const shipped = (lock) => closure(lock, lock.get('').dependsOn)

/** What only who works on Clyra gets. */
export function forDevelopment(lock) {
  const users = new Set(shipped(lock).map(({ path }) => path))
  return closure(lock, lock.get('').development).filter(({ path }) => !users.has(path))
}

/** How many of what, as docs/dependencies.md says it. A platform build is a package that is one native package for one platform. */
export function counts(lock) {
  const users = shipped(lock)
  const isBuild = ({ path, optional }) => optional && lock.get(path).dependsOn.length === 0
  const direct = (path) => lock.get(path).dependsOn
  return {
    directOfClyra: direct('').length,
    ofClyra: users.filter((one) => !isBuild(one)).length,
    builds: users.filter(isBuild).length,
    directOfVerify: direct('verifier/ts').length,
    ofVerify: closure(lock, direct('verifier/ts')).length,
    directForDevelopment: lock.get('').development.length,
    forDevelopment: forDevelopment(lock).length,
  }
}

/** The licence that an installed package states itself; of what is not installed here (another platform), the lock's word. */
export function statedLicense(one, folder = root) {
  const manifest = join(folder, one.path, 'package.json')
  if (!existsSync(manifest)) return one.license
  const { license } = JSON.parse(readFileSync(manifest, 'utf8'))
  // Before 2015 npm packages said `{ type, url }`.
  return license?.type ?? license
}

export function byText(a, b) {
  return a < b ? -1 : a > b ? 1 : 0
}
