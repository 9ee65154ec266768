import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { verifyBundle } from '@clyra/verify'
import { beforeAll, describe, expect, it } from 'vitest'
import { canonicalBytes, hex, type JsonObject, parseStrict } from '../../src/canonical/index.js'
import { sha256 } from '../../src/crypto/index.js'
import { isType, parseRecord } from '../../src/events/index.js'
import { zip } from '../../src/evidence/index.js'
import { type LogSource, readZip, rebuildBundle, reportOfBundle, tilesSource } from '../../src/replay/index.js'
import { performanceOf } from '../run/index.js'
import { DEF } from './index.js'

const FOLDER = fileURLToPath(new URL('../../test/fixtures/bundles-0.1/', import.meta.url))
const VKEY = 'demo.clyra.internal+139a011f+AdACAFHirQbFK7GvCZjidbX7STgLJ3Pzx8e7nQSYWDg3'
const BUNDLES = ['good', 'failing-open', 'killed', 'wrapped-embedded'] as const
const bundle = (name: string) => new Uint8Array(readFileSync(`${FOLDER}${name}.def.zip`))
const rebuild = (bytes: Uint8Array) => rebuildBundle(DEF, bytes, source)
const manifestOf = (bytes: Uint8Array) => parseStrict(readZip(bytes).get('manifest.json')!) as JsonObject

let source: LogSource
beforeAll(async () => {
  source = await tilesSource(`${FOLDER}tiles`)
})

/** The bundle with other files and another manifest, as its maker could write it, signatures aside. */
function changed(
  bytes: Uint8Array,
  change: (files: Map<string, Uint8Array>, manifest: Record<string, unknown>) => void,
): Uint8Array {
  const files = new Map(readZip(bytes))
  const manifest: Record<string, unknown> = { ...manifestOf(bytes) }
  change(files, manifest)
  return zip(files.set('manifest.json', canonicalBytes(manifest)))
}

/** Puts a page into the bundle, and its size and digest into the manifest. */
function withPage(page: string) {
  return (files: Map<string, Uint8Array>, manifest: Record<string, unknown>) => {
    const bytes = Buffer.from(page)
    files.set('report.html', bytes)
    const listed = manifest['files'] as { path: string }[]
    manifest['files'] = listed.map((file) =>
      file.path === 'report.html' ? { ...file, size: String(bytes.length), sha256: hex(sha256(bytes)) } : file,
    )
  }
}

/** The bundle as this program makes it. */
const today = async (name: string) => (await rebuild(changed(bundle(name), asToday(name)))).archive()

/** With what came to the manifest since: the kinds of claims, payout, performance. */
function inTodaysForm(name: string, manifest: Record<string, unknown>): void {
  const { run } = reportOfBundle(DEF, bundle(name)).view
  manifest['payout'] = run.started?.payout ?? null
  manifest['performance'] = performanceOf(run.metrics)
  manifest['claims'] = (manifest['claims'] as { head: unknown }[]).map((claim) => ({
    ...claim,
    kind: claim.head === null ? 'absent' : 'complete',
  }))
}

function asToday(name: string) {
  const { page } = reportOfBundle(DEF, bundle(name))
  return (files: Map<string, Uint8Array>, manifest: Record<string, unknown>) => {
    withPage(page)(files, manifest)
    inTodaysForm(name, manifest)
    manifest['renderer'] = { name: DEF.renderer.name, version: DEF.renderer.version }
    manifest['projections'] = GOLDEN.digests[name as keyof typeof GOLDEN.digests]
  }
}

const GOLDEN = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8')) as {
  readonly pages: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly digests: Readonly<Record<string, readonly { name: string; version: number; digest: string }[]>>
}

describe.each(BUNDLES)('the bundle %s of release 0.1', (name) => {
  it('is VALID', async () => {
    const { verdict, checks } = await verifyBundle(bundle(name), { trust: [VKEY] })
    expect(checks.filter(({ result }) => result === 'fail')).toEqual([])
    expect(verdict).toBe('VALID')
  })

  it('is built again from its log, but for what its renderer and folds made, which is named with the release that can', async () => {
    const bytes = bundle(name)
    const rebuilt = await rebuild(bytes)
    expect(rebuilt.difference).toBeNull()
    expect(rebuilt.notRebuilt).toEqual([
      { what: 'report.html', madeBy: null, release: '0.1', known: true },
      { what: 'digest of def', madeBy: { name: 'def', version: 2 }, release: '0.1', known: true },
      { what: 'digest of run', madeBy: { name: 'run', version: 2 }, release: '0.1', known: true },
    ])
    expect(rebuilt.compared).toEqual(
      expect.arrayContaining(['heads.json', 'manifest.json', 'proof.json', 'records.jsonl']),
    )
    expect(rebuilt.compared).not.toContain('report.html')
    expect(Buffer.from(rebuilt.archive()).equals(Buffer.from(bytes))).toBe(true)
  })

  it('is byte-equal, all of it, once this release has made it', async () => {
    const bytes = changed(bundle(name), asToday(name))
    const rebuilt = await rebuild(bytes)
    expect(rebuilt).toMatchObject({ difference: null, notRebuilt: [] })
    expect(rebuilt.compared).toContain('report.html')
    expect(Buffer.from(rebuilt.archive()).equals(Buffer.from(bytes))).toBe(true)
  })

  it('shows a page of today, made from its records', () => {
    const { page, view, earlierRelease } = reportOfBundle(DEF, bundle(name))
    expect(page).toContain(view.run.run)
    expect(earlierRelease).toBe(true)
  })
})

describe('whoever claims another version', () => {
  const makers = [
    ['a version that this release has succeeded', { name: 'def-report', version: 1 }, true],
    ['a version that is still to come', { name: 'def-report', version: 999 }, false],
    ['a version that never was', { name: 'def-report', version: 0 }, false],
    ['a name of nobody', { name: 'somebody', version: 1 }, false],
  ] as const

  it.each(makers)('is not believed about a page of %s: it is named as not rebuilt', async (_what, madeBy, known) => {
    const lie = changed(await today('good'), (files, manifest) => {
      withPage('<!doctype html>all is well')(files, manifest)
      manifest['renderer'] = madeBy
    })
    expect(await rebuild(lie)).toMatchObject({
      difference: null,
      notRebuilt: [{ what: 'report.html', madeBy, release: null, known }],
    })
    expect(reportOfBundle(DEF, lie)).toMatchObject({ same: false, earlierRelease: known })
  })

  it.each([
    ['a version that is still to come', { name: 'run-dbt', version: 999 }, false],
    ['a name of nobody', { name: 'run-nobody', version: 1 }, false],
    ['a fold that only earlier releases had', { name: 'run', version: 1 }, true],
  ] as const)('is not believed about a digest of %s', async (_what, madeBy, known) => {
    const lie = changed(await today('good'), (_files, manifest) => {
      const others = (manifest['projections'] as { name: string }[]).filter(({ name }) => name !== madeBy.name)
      manifest['projections'] = [...others, { ...madeBy, digest: '0'.repeat(64) }].sort((a, b) =>
        a.name < b.name ? -1 : 1,
      )
    })
    const { difference, notRebuilt } = await rebuild(lie)
    expect(difference).toBeNull()
    expect(notRebuilt).toContainEqual({ what: `digest of ${madeBy.name}`, madeBy, release: null, known })
  })

  it.each([
    ['another root', { root: '0'.repeat(64) }, /^manifest.json/],
    ['another completeness', { run: { completeness: 'complete', id: 'R', reasons: [] } }, /./],
    ['governance', { governance: null }, /^manifest.json/],
    ['a profile of another kind', { profile: 'pef' }, /profile pef/],
  ])('differs with %s', async (_what, lie, difference) => {
    const bytes = changed(await today('good'), (_files, manifest) => {
      Object.assign(manifest, lie)
    })
    expect((await rebuild(bytes)).difference).toMatch(difference)
  })

  it('differs where the page is another under the version of today, and where the manifest lists another digest of it', async () => {
    const page = changed(await today('good'), withPage('<!doctype html>all is well'))
    expect((await rebuild(page)).difference).toMatch(/^report.html differs/)
    const listed = changed(bundle('good'), (files) => {
      files.set('report.html', Buffer.from('<!doctype html>all is well'))
    })
    expect((await rebuild(listed)).difference).toMatch(/^manifest.json differs/)
  })

  it('differs with a wrong digest of a fold of today, and with one that the same release writes and that was left out', async () => {
    const wrong = changed(await today('good'), (_files, manifest) => {
      const [first, ...others] = manifest['projections'] as { digest: string }[]
      manifest['projections'] = [{ ...first, digest: '0'.repeat(64) }, ...others]
    })
    expect((await rebuild(wrong)).difference).toMatch(/^manifest.json differs/)
    const fewer = changed(await today('good'), (_files, manifest) => {
      manifest['projections'] = (manifest['projections'] as { name: string }[]).filter(
        ({ name }) => name !== 'run-anchor',
      )
    })
    expect(await rebuild(fewer)).toMatchObject({
      difference: expect.stringMatching(/^manifest.json lacks the digests of run-anchor 1, /),
      notRebuilt: [],
    })
    const none = changed(await today('good'), (_files, manifest) => {
      manifest['projections'] = []
    })
    expect((await rebuild(none)).difference).toMatch(/^manifest.json lacks the digests of /)
    const older = changed(bundle('good'), (_files, manifest) => {
      manifest['projections'] = (manifest['projections'] as { name: string }[]).filter(({ name }) => name !== 'def')
      manifest['renderer'] = { name: 'def-report', version: 1 }
    })
    expect((await rebuild(older)).difference).toMatch(/^manifest.json lacks the digests of def 2, /)
  })

  it('is equal without the digest of a fold that its release did not have', async () => {
    const folds = GOLDEN.digests['good']!.filter(({ name }) => name !== 'run-anchor')
    const bytes = changed(await today('good'), (_files, manifest) => {
      manifest['projections'] = folds
    })
    const profile = { ...DEF, earlier: [{ release: 'before', renderer: DEF.renderer, folds }, ...DEF.earlier] }
    expect(await rebuildBundle(profile, bytes, source)).toMatchObject({ difference: null, notRebuilt: [] })
  })

  it('is of no earlier release by leaving the renderer out: beside folds that none of them had, the page is compared', async () => {
    for (const projections of [GOLDEN.digests['good'], []]) {
      const bytes = changed(bundle('good'), (files, manifest) => {
        withPage('<!doctype html>all is well')(files, manifest)
        manifest['projections'] = projections
      })
      const rebuilt = await rebuild(bytes)
      expect(rebuilt.difference).toMatch(/^report.html differs/)
      expect(rebuilt.notRebuilt.map(({ what }) => what)).not.toContain('report.html')
      expect(reportOfBundle(DEF, bytes)).toMatchObject({ same: false, earlierRelease: false })
    }
  })

  it('differs with a digest that is named twice', async () => {
    for (const bytes of [bundle('good'), await today('good')]) {
      const twice = changed(bytes, (_files, manifest) => {
        const [first, ...others] = manifest['projections'] as unknown[]
        manifest['projections'] = [first, first, ...others]
      })
      expect((await rebuild(twice)).difference).toMatch(/^manifest.json differs/)
    }
  })

  it('differs in the form of before where all of it is made by makers of today: nobody leaves out what came since', async () => {
    const bytes = changed(await today('good'), (_files, manifest) => {
      delete manifest['payout']
      delete manifest['performance']
      manifest['claims'] = (manifest['claims'] as { kind?: string }[]).map(({ kind: _, ...claim }) => claim)
    })
    expect((await rebuild(bytes)).difference).toMatch(/^manifest.json differs/)
  })

  it('differs in its records', async () => {
    const bytes = changed(bundle('good'), (files) => {
      const records = Buffer.from(files.get('records.jsonl')!)
      records[records.indexOf('"dev.clyra.dbt.') + 2]! ^= 1
      files.set('records.jsonl', records)
    })
    expect((await rebuild(bytes)).difference).toMatch(/^records.jsonl differs/)
  })
})

describe('a page or a digest that is another than before', () => {
  const { name, version } = DEF.renderer

  it.each(BUNDLES)('has another version of its maker: %s', async (bundleName) => {
    const { page } = reportOfBundle(DEF, bundle(bundleName))
    // Another page: raise `DEF.renderer.version`, keep the old one in `DEF.earlier`, and add the new digests beside the old.
    expect({ [bundleName]: hex(sha256(Buffer.from(page))) }).toEqual({
      [bundleName]: GOLDEN.pages[`${name} ${version}`]?.[bundleName],
    })
    // Another digest: raise the version of that fold alone.
    expect(await rebuild(changed(bundle(bundleName), asToday(bundleName)))).toMatchObject({
      difference: null,
      notRebuilt: [],
    })
  })
})

it('a finding of version 1 is read as version 2, and stays as it lies', async () => {
  const found: string[] = []
  for await (const record of source.records()) {
    if (!isType(record, 'dev.clyra.finding.raised.v2')) continue
    const stored = parseRecord(record.bytes)
    expect(stored.type).toBe('dev.clyra.finding.raised.v1')
    expect(record.event.data).toEqual({ ...(stored.data as object), relation: null })
    found.push(record.event.data.code)
  }
  expect(found.length).toBeGreaterThan(0)
})
