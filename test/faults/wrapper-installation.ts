import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PROJECT } from '../cli/clyra.js'
import type { WrapperFault } from './wrapper-runs.js'

/** What is wrong with one package of an installation. */
type Damage = 'missing' | 'cut off' | 'without its native part'

const INSTALLED = join(PROJECT, 'node_modules')
/** Where the native part of a package lies: in packages of its own, or in a folder of it. */
const NATIVE: Readonly<Record<string, { readonly beside?: string; readonly inside?: string }>> = {
  lmdb: { beside: '@lmdb' },
  '@node-rs/crc32': { beside: '@node-rs' },
  'fs-native-extensions': { inside: 'prebuilds' },
}

/** What is left of a file that is cut off. */
const HALF = 'export const half = {'

/** A whole installation in a folder of its own, with one package damaged, also where it is joined into the program. Gives the folder. */
export function damagedInstallation(name: string, damage: Damage): string {
  const folder = mkdtempSync(join(tmpdir(), 'clyra-installation-'))
  cpSync(join(PROJECT, 'dist'), join(folder, 'dist'), {
    recursive: true,
    filter: (path) => !/\.(d\.ts|map|tsbuildinfo)$/.test(path),
  })
  for (const part of ['package.json', 'spec', 'examples']) symlinkSync(join(PROJECT, part), join(folder, part))
  rmSync(join(folder, 'package.json'))
  cpSync(join(PROJECT, 'package.json'), join(folder, 'package.json'))
  const packages = readdirSync(INSTALLED).flatMap((entry) =>
    entry.startsWith('@') ? readdirSync(join(INSTALLED, entry)).map((inner) => `${entry}/${inner}`) : [entry],
  )
  const joined = join(folder, 'dist', 'program', `package-${name}.js`)
  if (existsSync(joined)) damage === 'missing' ? rmSync(joined) : writeFileSync(joined, HALF)
  const native = NATIVE[name]
  for (const one of packages.filter((found) => !found.startsWith('.'))) {
    const at = join(folder, 'node_modules', one)
    mkdirSync(dirname(at), { recursive: true })
    if (one === name) damagePackage(at, name, damage)
    else if (damage === 'without its native part' && one.startsWith(`${native?.beside}/`)) continue
    else symlinkSync(join(INSTALLED, one), at)
  }
  return folder
}

function damagePackage(at: string, name: string, damage: Damage): void {
  if (damage === 'missing') return
  cpSync(join(INSTALLED, name), at, { recursive: true, dereference: true })
  if (damage === 'without its native part') {
    rmSync(join(at, NATIVE[name]?.inside ?? 'build'), { recursive: true, force: true })
    return
  }
  for (const file of readdirSync(at, { recursive: true, encoding: 'utf8' })) {
    if (/\.(js|cjs|mjs)$/.test(file)) writeFileSync(join(at, file), HALF)
  }
}

/** Of what the recorder loads before anything else: nothing can be recorded, and how to mend that is said. */
const AT_ONCE = /\(INSTALLATION_BROKEN\)\ntry: npm /

const packageFault = (
  name: string,
  damage: Damage,
  record: WrapperFault['record'],
  says: RegExp | null = /\(INSTALLATION_BROKEN\)/,
  options: readonly string[] = [],
): WrapperFault => ({
  fault: `package ${name} ${damage}`,
  where: 'throughout',
  record,
  says,
  arrange() {
    const folder = damagedInstallation(name, damage)
    return {
      program: join(folder, 'dist', 'program', 'clyra.js'),
      options,
      mend: () => rmSync(folder, { recursive: true, force: true }),
    }
  },
})

const moduleFault = (path: string, record: WrapperFault['record'], says: RegExp): WrapperFault => ({
  fault: `module of ours missing: ${path}`,
  where: 'throughout',
  record,
  says,
  arrange() {
    const folder = damagedInstallation('none', 'missing')
    rmSync(join(folder, 'dist', 'program', path))
    return {
      program: join(folder, 'dist', 'program', 'clyra.js'),
      mend: () => rmSync(folder, { recursive: true, force: true }),
    }
  },
})

/** Every package of ours that is missing or broken. What is captured without it goes at least to the spool. */
export const INSTALLATION_FAULTS: readonly WrapperFault[] = [
  packageFault('lmdb', 'missing', 'spool'),
  packageFault('lmdb', 'without its native part', 'spool'),
  packageFault('lmdb', 'cut off', 'spool'),
  packageFault('@node-rs/crc32', 'missing', 'spool'),
  packageFault('@node-rs/crc32', 'without its native part', 'spool'),
  packageFault('fs-native-extensions', 'missing', 'lost'),
  packageFault('fs-native-extensions', 'without its native part', 'lost'),
  packageFault('yaml', 'missing', 'lost', AT_ONCE),
  packageFault('yaml', 'cut off', 'lost', AT_ONCE),
  packageFault('zod', 'missing', 'lost', AT_ONCE),
  packageFault('zod', 'cut off', 'lost', AT_ONCE),
  packageFault('uuid', 'missing', 'lost', AT_ONCE),
  packageFault('commander', 'missing', 'ledger', null),
  packageFault('pino', 'missing', 'ledger', null, ['--verbose']),
  packageFault('@clyra/verify', 'missing', 'ledger', null),
  moduleFault('recorder.js', 'lost', /\(RECORDER_ENDED\)/),
  moduleFault('record-run.js', 'lost', /\(INSTALLATION_BROKEN\)/),
  moduleFault('deliver-run.js', 'spool', /\(INSTALLATION_BROKEN\)/),
]
