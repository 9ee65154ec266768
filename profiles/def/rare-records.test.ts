import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { activityRecords, RUN, recordMaker, startedData } from '../../projections/example-records.test.support.js'
import { RUN_TYPES } from '../../projections/run/index.js'
import { hex } from '../../src/canonical/index.js'
import { sha256 } from '../../src/crypto/index.js'
import { type FoldDigest, foldDigests, foldRecords, parseRecord, upcast } from '../../src/events/index.js'
import { readZip } from '../../src/replay/index.js'
import { DEF } from './index.js'

const FOLDER = fileURLToPath(new URL('../../test/fixtures/bundles-0.1/', import.meta.url))
const GOLDEN = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8')) as {
  readonly pages: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly digests: Readonly<Record<string, readonly FoldDigest[]>>
}

const make = recordMaker()
const invocation = 'i-1'
/** What no bundle of the fixtures holds, so that its fold and its part of the page have a golden digest too. */
const RARE = [
  make(`run-${RUN}`, 'dev.clyra.run.started.v2', startedData({ parent: 'the-run-before' })),
  make(`run-${RUN}`, 'dev.clyra.run.linked.v1', { run: RUN, stream: 'approval-1', role: 'approval' }),
  ...activityRecords(make),
  make(`run-${RUN}`, 'dev.clyra.dbt.node.response.v1', {
    voice: 'claim',
    invocation,
    node: 'model.shop.orders',
    members: [['query_id', '01b8-0001']],
    leftOut: ['_message'],
    batches: { succeeded: '2', failed: '1' },
  }),
  make(`run-${RUN}`, 'dev.clyra.dbt.source.freshness.v1', {
    voice: 'claim',
    invocation,
    node: 'source.shop.raw.events',
    status: 'warn',
    maxLoadedAt: '2026-01-02T03:04:05Z',
    observedAt: '2026-01-02T15:04:05.5Z',
    ageSeconds: '43200.5',
    warnAfter: ['12', 'hour'],
    errorAfter: null,
    executionSeconds: '0.25',
    message: null,
  }),
  make(`run-${RUN}`, 'dev.clyra.anchor.contradicted.v1', {
    system: 'postgres',
    phase: 'after',
    dsnHash: 'ab'.repeat(32),
    serverVersion: '18.4',
    systemIdentifier: '7300000000000000001',
    timeline: '1',
    lsn: '0/16B3748',
    snapshot: '750:750:',
    anchorSessionXid: null,
    observedAt: '2026-01-02T03:04:05.678901Z',
    failed: [],
    warnings: [],
    provisional: '01890a5d-ac96-774b-bcce-b302099a8057',
    reasons: ['lsn-went-back'],
  }),
]
RARE.push(
  make(`run-${RUN}`, 'dev.clyra.window.closed.v1', {
    records: String(RARE.length),
    next: 'the-window-after',
    runs: [['agent-7', '12', 'ab'.repeat(32)]],
  }),
)

test('every type that a fold knows is in a bundle of the fixtures or among the rare records', () => {
  const held = new Set<string>(RARE.map(({ event }) => event.type))
  for (const name of ['good', 'failing-open', 'killed', 'wrapped-embedded']) {
    const records = readZip(new Uint8Array(readFileSync(`${FOLDER}${name}.def.zip`))).get('records.jsonl')!
    for (const line of Buffer.from(records).toString('utf8').trimEnd().split('\n'))
      held.add(upcast(parseRecord(Buffer.from(line))).type)
  }
  expect(RUN_TYPES.filter((type) => !held.has(type))).toEqual([])
})

test('a page or a digest of rare records that is another than before has another version of its maker', () => {
  const state = foldRecords(DEF.projection, RUN, RARE)
  const checkpoint = { size: 5n, root: new Uint8Array(32) }
  const page = DEF.renderer.render(state, { checkpoint, embedded: [], openings: [] })
  const { name, version } = DEF.renderer
  expect(hex(sha256(Buffer.from(page)))).toBe(GOLDEN.pages[`${name} ${version}`]?.['rare'])
  expect(foldDigests(DEF.projection, state)).toEqual(GOLDEN.digests['rare'])
})
