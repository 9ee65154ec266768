import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closure, readLock, shipped } from './lock-file.mjs'
import { root } from './steps.mjs'

/**
 * Packs `clyra` with packages inside it as `<folder>/<name>`. Needs a build.
 *
 *   'everything'  all that it needs, with the native builds of this platform: installs where there is no registry
 *   'verifier'    the verifier and what that needs: the rest comes from the registry, for whatever platform
 */
export function packInstallable(folder, name, inside) {
  const lock = readLock()
  const packages = inside === 'everything' ? shipped(lock) : closure(lock, ['verifier/ts'])
  const stage = mkdtempSync(join(tmpdir(), 'clyra-package-'))
  try {
    copyPacked(root, stage)
    // Native builds of other platforms are not here.
    for (const { path, name } of packages.filter(({ path }) => existsSync(join(root, path)))) {
      if (!path.startsWith('node_modules/')) copyPacked(join(root, path), join(stage, 'node_modules', name))
      else cpSync(join(root, path), join(stage, path), { recursive: true, verbatimSymlinks: true })
    }
    const { workspaces, scripts, devDependencies, overrides, ...manifest } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    )
    const bundleDependencies = inside === 'everything' ? Object.keys(manifest.dependencies) : ['@clyra/verify']
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify({ ...manifest, bundleDependencies }, null, 2)}\n`)
    cpSync(pack(stage, stage), join(folder, name))
  } finally {
    rmSync(stage, { recursive: true })
  }
}

/** Copies those files of a package that `npm pack` takes. */
function copyPacked(from, to) {
  const [{ files }] = JSON.parse(npm(['pack', '--dry-run', '--json', '--ignore-scripts'], from))
  for (const { path } of files) cpSync(join(from, path), join(to, path))
}

/** The path of the tarball that `npm pack` makes of a folder. */
function pack(from, to) {
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', to], from))
  return join(to, filename)
}

function npm(args, cwd) {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'ignore'] })
}
