// `npm run sbom`: docs/sbom.json, a CycloneDX 1.6 list of everything that a user of `clyra` gets, made from the lock file
// alone. The same lock file gives the same bytes: no time, no random serial number, everything sorted.
//
//   node scripts/sbom.mjs [file]     default: docs/sbom.json; `-` prints it
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { byText, readLock, shipped } from './lock-file.mjs'
import { root } from './steps.mjs'

/** Package URL: purl-spec, type npm; the scope's `@` is percent-encoded. */
const purl = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`

/** A component of the list; SHA-512 is that of the registry's archive, which `npm ci` checks. */
function component(one) {
  const [, scope, name] = /^(?:(@[^/]+)\/)?(.+)$/.exec(one.name)
  const sha512 = /^sha512-(.+)$/.exec(one.integrity ?? '')?.[1]
  return {
    type: 'library',
    'bom-ref': purl(one),
    ...(scope === undefined ? {} : { group: scope }),
    name,
    version: one.version,
    scope: one.optional ? 'optional' : 'required',
    ...(sha512 === undefined
      ? {}
      : { hashes: [{ alg: 'SHA-512', content: Buffer.from(sha512, 'base64').toString('hex') }] }),
    licenses: [/[ (]/.test(one.license) ? { expression: one.license } : { license: { id: one.license } }],
    purl: purl(one),
  }
}

/** The document's text. A package that lies in two places is one component, which needs what either needs. */
export function sbom(lock = readLock()) {
  const packages = shipped(lock)
  const subject = { ...lock.get(''), optional: false }
  const { scope: _, ...described } = component(subject)
  const needs = new Map()
  for (const one of [subject, ...packages]) {
    const known = needs.get(purl(one)) ?? []
    needs.set(purl(one), [...known, ...one.dependsOn.map((path) => purl(lock.get(path)))])
  }
  const components = new Map(packages.map((one) => [purl(one), component(one)]))
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { lifecycles: [{ phase: 'pre-build' }], component: { ...described, type: 'application' } },
    components: sorted(components).map(([, one]) => one),
    dependencies: sorted(needs).map(([ref, all]) => ({ ref, dependsOn: [...new Set(all)].sort(byText) })),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

const sorted = (map) => [...map].sort(([a], [b]) => byText(a, b))

if (process.argv[1] === import.meta.filename) {
  const file = process.argv[2] ?? join(root, 'docs', 'sbom.json')
  if (file === '-') process.stdout.write(sbom())
  else writeFileSync(file, sbom())
}
