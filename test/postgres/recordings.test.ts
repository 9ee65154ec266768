import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type AnchorReading, anchorDraft, isProvisional, relationDraft } from '../../connectors/postgres/index.js'
import { FAMILIES } from '../../src/events/index.js'
import { exampleProject } from '../services/index.js'

const folder = join(exampleProject, 'recorded')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  statSync(join(folder, name)).isFile(),
)
const text = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8')
const NAMES = ['good', 'failing', 'killed', 'rust-good']

describe('the recordings of the example', () => {
  it('stay below 4 MB and hold no path of a machine and no password', () => {
    expect(files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)).toBeLessThan(4_000_000)
    for (const name of files) {
      // What any machine's paths look like; the recordings say /srv/clyra instead.
      expect(text(name), name).not.toMatch(/["\s=:(]\/(root|home|tmp|work|Users|var|opt)\//)
      expect(text(name), name).not.toContain('trusted-by-the-test-server')
    }
  })

  it.each(NAMES)('have an anchor of %s that is confirmed, and relations that meet their schema', (name) => {
    const anchors: { before: { anchor: AnchorReading }; after: { anchor: AnchorReading }; relations: unknown[] } =
      JSON.parse(text(name, 'anchors.json'))
    const before = anchorDraft('run-1', anchors.before.anchor)
    expect(isProvisional(before)).toBe(true)
    if (!isProvisional(before)) return
    expect(anchorDraft('run-1', anchors.after.anchor, before).type).toBe('dev.clyra.anchor.confirmed.v1')
    const schema = FAMILIES.snapshot['dev.clyra.snapshot.relation.v1']
    const relations = anchors.relations.map((relation) => schema.parse(relation))
    expect(new Set(relations.map((relation) => relationDraft('run-1', relation).id)).size).toBe(6)
    expect(relations.map(({ present }) => present)).toEqual(Array(6).fill(true))
  })

  it("have the failing run's results beside the killed run's manifest", () => {
    const invocation = (name: string, file: string): unknown =>
      JSON.parse(text(name, 'target', file)).metadata.invocation_id
    expect(invocation('killed', 'run_results.json')).toBe(invocation('failing', 'run_results.json'))
    expect(invocation('killed', 'manifest.json')).not.toBe(invocation('failing', 'manifest.json'))
    expect(invocation('good', 'run_results.json')).toBe(invocation('good', 'manifest.json'))
  })

  it('end as they should', () => {
    expect(NAMES.map((name) => JSON.parse(text(name, 'exit.json')))).toMatchObject([
      { exitCode: 0, signal: null },
      { exitCode: 1, signal: null },
      { exitCode: null, signal: 'SIGKILL' },
      { exitCode: 0, signal: null },
    ])
  })
})
