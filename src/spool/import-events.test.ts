import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isClyraError } from '../errors/index.js'
import { type EventInput, runStream } from '../events/index.js'
import { FileArtifactStore, FileVault } from '../stores/files/index.js'
import { createMemoryLedger } from '../stores/memory/index.js'
import { importEvents } from './import-events.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'clyra-import-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const first = {
  code: 'relation-dropped',
  disposition: 'unclaimed',
  severity: 'high',
  node: null,
  events: [],
  voices: ['warehouse'],
  said: [['warehouse', 'analytics.gone']],
}
const second = { ...first, relation: [null, 'analytics', 'gone'] }
const finding = (version: 1 | 2, data: EventInput['data']): EventInput => ({
  id: '01890a5d-ac96-874b-bcce-b302099a8057',
  source: 'dbt',
  type: `dev.clyra.finding.raised.v${version}`,
  time: '2026-01-02T03:04:05Z',
  data,
})

/** What importing the second event gives, after the first lies in the ledger. */
async function afterwards(recorded: EventInput, imported: EventInput): Promise<string> {
  await using ledger = await createMemoryLedger({})
  await ledger.append(runStream('R'), 'no-stream', [recorded])
  const target = {
    ledger,
    appender: ledger,
    vault: new FileVault({ directory: root }),
    artifacts: new FileArtifactStore(root),
  }
  const source = {
    run: 'R',
    subject: '5f0c2d3e-1a2b-4c3d-8e4f-001122334455',
    subjectKey: new Uint8Array(32),
    events: () => [{ stream: runStream('R'), event: imported }],
    values: () => [],
    artifacts: () => [],
  }
  try {
    const { appended, known } = await importEvents(source, target)
    return `${appended} appended, ${known} known`
  } catch (error) {
    if (isClyraError(error)) return error.code
    throw error
  }
}

describe('a finding that another release recorded under the version of its own', () => {
  it('is known, whichever of the two came first', async () => {
    expect(await afterwards(finding(1, first), finding(2, second))).toBe('0 appended, 1 known')
    expect(await afterwards(finding(2, second), finding(1, first))).toBe('0 appended, 1 known')
  })

  it('is refused where the two say something else of what both can say', async () => {
    const other = finding(2, { ...second, severity: 'low' })
    expect(await afterwards(finding(1, first), other)).toBe('EVENT_ID_REUSED')
  })
})
