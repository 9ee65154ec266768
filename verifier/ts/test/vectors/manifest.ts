import type { JsonObject, JsonValue } from '../../src/json.js'
import { edit } from '../edit-json.js'
import { closed, gap, observed, PAYOUT, sampleLedger, started } from '../sample-ledger.js'
import { against, bad, good, type Vector } from './vector.js'

/** The members that came to the manifest together: kinds of claims, payout, performance; and its lists at their limits. */
export function manifestVectors(): Vector[] {
  return [...togetherVectors(), ...payoutVectors(), ...performanceVectors(), ...listVectors()]
}

const malformed = (name: string, shows: string, changes: Record<string, JsonValue | undefined>) =>
  bad('negative', name, 'MANIFEST_MALFORMED', shows, { lies: { manifest: edit(changes) } })

const KINDS = { '/claims/0/kind': undefined, '/claims/1/kind': undefined, '/claims/2/kind': undefined }
const NEITHER = { '/payout': undefined, '/performance': undefined }

function togetherVectors(): Vector[] {
  return [
    good('manifest-of-before', 'A bundle from before claims had kinds: none of the three is there.', sampleLedger(), {
      manifest: edit({ ...KINDS, ...NEITHER }),
    }),
    malformed('manifest-without-kinds', 'Payout and performance, and claims without kinds.', KINDS),
    malformed('manifest-without-one-kind', 'One claim has no kind.', { '/claims/1/kind': undefined }),
    malformed('manifest-without-payout', 'No payout.', { '/payout': undefined }),
    malformed('manifest-without-performance', 'No performance.', { '/performance': undefined }),
    malformed('manifest-kinds-alone', 'Kinds alone.', NEITHER),
    malformed('manifest-payout-alone', 'Payout alone.', { ...KINDS, '/performance': undefined }),
    malformed('kind-head', 'The kind that is reserved.', { '/claims/0/kind': 'head' }),
    malformed('kind-null', 'A kind that is null.', { '/claims/0/kind': null }),
    against(
      'documents.ts',
      "one.kind === (one.head === null ? 'absent' : 'complete')",
      'true',
      malformed('kind-absent-of-present', 'A head, and the kind says absent.', { '/claims/0/kind': 'absent' }),
    ),
    malformed('kind-complete-of-absent', 'No head, and the kind says complete.', { '/claims/1/kind': 'complete' }),
  ]
}

function payoutVectors(): Vector[] {
  const before = (changes: JsonObject) => {
    const draft = started()
    const { parent: _, payout: __, ...data } = draft.data as JsonObject // the maker's own data
    return { ...draft, type: 'dev.clyra.run.started.v1', data: { ...data, ...changes } }
  }
  const refused = (name: string, shows: string, changes: JsonObject) =>
    bad('negative', name, 'RECORD_DATA_INVALID', shows, { ledger: sampleLedger([started(changes), closed()]) })
  return [
    good('payout-null', 'A run without payout metadata.', sampleLedger([started({ payout: null }), closed()])),
    good('payout-of-version-1', 'A start of version 1, with payout.', sampleLedger([before({ payout: PAYOUT })])),
    good('payout-none-of-version-1', 'A start of version 1 that has none.', sampleLedger([before({})])),
    good(
      'payout-text-of-version-1',
      'A start of version 1, whose payout is not looked at: what is no object is none.',
      sampleLedger([before({ payout: 'a lot' })]),
    ),
    bad('forged', 'payout-substituted', 'PAYOUT_MISMATCH', 'Another payout than the run recorded.', {
      lies: { manifest: edit({ '/payout/payout_ref': 'cost centre 8' }) },
    }),
    bad('forged', 'payout-hidden', 'PAYOUT_MISMATCH', 'The payout is null, and the run has one.', {
      lies: { manifest: edit({ '/payout': null }) },
    }),
    malformed('payout-no-object', 'A payout that is a text.', { '/payout': 'a lot' }),
    refused('started-payout-text', 'A start whose payout is a text.', { payout: 'a lot' }),
    refused('started-parent-empty', 'A start whose parent is an empty text.', { parent: '' }),
    refused('started-tool-upper', 'A tool in upper case.', { tool: 'DBT' }),
    refused('started-capture-null', 'No capture.', { capture: null }),
    good('started-parent', 'A run that another run began.', sampleLedger([started({ parent: 'another' }), closed()])),
  ]
}

const measured = (...drafts: ReturnType<typeof observed>[]) => sampleLedger([started(), ...drafts, closed()])
/** As records come, not as the manifest has them. */
const SEVERAL = () =>
  measured(
    observed('dbt.duration', { max: '9', within: false }),
    observed('warehouse.anchor', { subject: '\u{1f600}', max: '1' }),
    observed('warehouse.anchor', { subject: '\uffe0', max: '2', within: true, budget: '3' }),
    observed('warehouse.anchor', { max: '4' }),
    observed('dbt.duration', { max: '10', within: true, from: '2025-01-01T00:00:00Z', to: '2025-01-01T00:00:01Z' }),
    observed('dbt', { count: '3', p50: '0.1', p95: '0.2', p99: '0.3', within: false, budget: '0.2' }),
  )

function performanceVectors(): Vector[] {
  const many = (count: number) =>
    measured(...Array.from({ length: count }, (_, i) => observed(`m.n${1000 + i}`, { within: i % 2 === 0 })))
  const ledger = SEVERAL()
  return [
    against(
      'performance.ts',
      'hex(utf8(subject))',
      'subject',
      good('performance', 'What was measured, in byte order, null first; of each measurement the last counts.', ledger),
    ),
    good(
      'performance-of-other-forms',
      'Members of another form are null, and what is no text measures nothing.',
      measured(observed('a', { count: 3, within: 'yes', subject: ['b'], unit: null }), {
        ...observed('a'),
        data: { what: 7, max: '1' },
      }),
    ),
    bad('forged', 'performance-value', 'PERFORMANCE_MISMATCH', 'A shorter time than was measured.', {
      ledger,
      lies: { manifest: edit({ '/performance/observed/1/max': '1' }) },
    }),
    bad('forged', 'performance-first-word', 'PERFORMANCE_MISMATCH', 'The first word on a measurement, not the last.', {
      ledger,
      lies: { manifest: edit({ '/performance/observed/1/max': '9', '/performance/observed/1/within': false }) },
    }),
    bad('forged', 'performance-left-out', 'PERFORMANCE_MISMATCH', 'A measurement is left out.', {
      ledger,
      lies: { manifest: edit({ '/performance/observed/0': undefined }) },
    }),
    bad('forged', 'performance-exceeded', 'PERFORMANCE_MISMATCH', 'No budget was exceeded, it says.', {
      ledger,
      lies: { manifest: edit({ '/performance/exceeded': '0' }) },
    }),
    malformed('performance-null', 'A performance that is null.', { '/performance': null }),
    malformed('performance-number', 'A number that is no decimal string.', { '/performance/kept': 0 }),
    bad('negative', 'performance-member-more', 'MANIFEST_MALFORMED', 'A measurement with one member more.', {
      ledger,
      lies: { manifest: edit({ '/performance/observed/0/note': 'x' }) },
    }),
    good('performance-256', 'As many measurements as are listed.', many(256)),
    good('performance-257', 'One measurement more than is listed: it is counted.', many(257)),
    bad('negative', 'performance-257-listed', 'MANIFEST_MALFORMED', 'One measurement more than may be listed.', {
      ledger: many(256),
      lies: {
        manifest: (manifest) => {
          const performance = manifest['performance'] as { observed: JsonObject[] } // the maker's own
          const observedMore = [...performance.observed, { ...performance.observed[0]!, what: 'z' }]
          return { ...manifest, performance: { ...performance, observed: observedMore } }
        },
      },
    }),
  ]
}

function listVectors(): Vector[] {
  const gaps = (count: number) =>
    sampleLedger([started(), ...Array.from({ length: count }, (_, i) => gap(`reason-${i}`)), closed()])
  const projections = (count: number) => ({
    projections: Array.from({ length: count }, (_, i) => ({
      name: `p${100 + i}`,
      version: 1,
      digest: '00'.repeat(32),
    })),
  })
  const withProjections = (count: number) => ({
    manifest: (manifest: JsonObject) => ({ ...manifest, ...projections(count) }),
  })
  return [
    good('reasons-64', 'A run with sixty-four reasons, the most that a manifest has.', gaps(64)),
    bad('negative', 'reasons-65', 'MANIFEST_MALFORMED', 'Sixty-five reasons.', { ledger: gaps(65) }),
    good('projections-64', 'Sixty-four digests of projections.', sampleLedger(), withProjections(64)),
    bad('negative', 'projections-65', 'MANIFEST_MALFORMED', 'Sixty-five digests of projections.', {
      lies: withProjections(65),
    }),
    bad('negative', 'claims-none', 'MANIFEST_MALFORMED', 'No claims, and payout without performance.', {
      lies: { claims: () => [], manifest: edit({ '/performance': undefined }) },
    }),
  ]
}
