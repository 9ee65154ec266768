import { describe, expect, it } from 'vitest'
import { utf8 } from '../src/bytes.js'
import { verifyBundle } from '../src/index.js'
import type { JsonObject } from '../src/json.js'
import { SPEC } from '../src/spec.generated.js'
import { bundle } from './bundle-maker.js'
import { captured, closed, RUN, sampleLedger, started } from './sample-ledger.js'

/** Lists of a manifest that are too long for a golden vector; the shorter ones have theirs (`vectors/manifest.ts`, `links.ts`). */
describe('a manifest', () => {
  const ledger = sampleLedger()
  const digests = (count: number) => Array.from({ length: count }, (_, i) => i.toString(16).padStart(64, '0'))
  const codeOf = async (manifest: (honest: JsonObject) => JsonObject) =>
    (await verifyBundle(bundle(ledger, RUN, { manifest }), { trust: [ledger.vkey] })).code

  it('lists as many files as an archive has, and is malformed with one more', async () => {
    const listing = (count: number) => (honest: JsonObject) => {
      const files = honest['files'] as JsonObject[] // the maker's own list
      const more = digests(count - files.length).map((sha256) => ({ path: `artifacts/${sha256}`, size: '0', sha256 }))
      return { ...honest, files: [...more, ...files] }
    }
    expect(await codeOf(listing(SPEC.limits.files))).toBe('FILE_MISSING')
    expect(await codeOf(listing(SPEC.limits.files + 1))).toBe('MANIFEST_MALFORMED')
  })

  it('lists ten thousand external artefacts, and is malformed with one more', async () => {
    const names = Array.from({ length: SPEC.limits.external }, (_, i) => captured(utf8(`artefact ${i}`)))
    const many = sampleLedger([started(), ...names, closed()])
    expect(await verifyBundle(bundle(many, RUN), { trust: [many.vkey] })).toMatchObject({ verdict: 'VALID' })
    const more = (honest: JsonObject) => ({
      ...honest,
      external: digests(SPEC.limits.external + 1).map((sha256) => ({ sha256, size: '1' })),
    })
    expect(await codeOf(more)).toBe('MANIFEST_MALFORMED')
  }, 120_000)
})
