import { describe, expect, it } from 'vitest'
import { hex, utf8 } from '../../../src/canonical/index.js'
import { sha256 } from '../../../src/crypto/index.js'
import { fingerprint } from '../../../src/events/index.js'
import { INVOCATION, json, manifestOf, RUN } from '../../../test/dbt/dbt-files.js'
import { readManifest } from '../artifacts/manifest.js'
import { type SourceFile, sourceDrafts, sourcePathsOf } from './sources.js'

const KEY = new Uint8Array(32).fill(5)
const COMMIT = 'a'.repeat(40)
const BYTES = utf8('select 1')
const DIGEST = hex(sha256(BYTES))

function drafts(files: readonly SourceFile[], manifest = readManifest(manifestOf())) {
  return sourceDrafts({ run: RUN, invocation: INVOCATION, manifest, files, fingerprintKey: KEY }).map(
    ({ data }) => data,
  )
}

describe('source files of a project', () => {
  it("are the project's own, with what is written in them", () => {
    expect(sourcePathsOf(readManifest(manifestOf())).filter(({ optional }) => !optional)).toEqual([
      { path: 'macros/helper.sql', nodes: ['macro.shop.helper'], optional: false },
      { path: 'models/orders.sql', nodes: ['model.shop.orders'], optional: false },
      { path: 'models/schema.yml', nodes: ['model.shop.orders', 'test.shop.unique_orders'], optional: false },
      { path: 'seeds/raw.csv', nodes: ['seed.shop.raw'], optional: false },
    ])
  })

  it('are found without the name of the project, which manifests before v10 lack', () => {
    const paths = sourcePathsOf(readManifest(manifestOf({ version: 8, project: null })))
    expect(paths.map(({ path }) => path)).toContain('models/orders.sql')
    expect(paths.map(({ path }) => path)).not.toContain('models/thing.sql')
  })

  it('have one name, also where dbt writes the path of an on-run hook with a dot', () => {
    const node = (id: string, path: string) => [
      id,
      { unique_id: id, resource_type: 'operation', package_name: 'shop', original_file_path: path },
    ]
    const metadata = JSON.parse(new TextDecoder().decode(manifestOf())).metadata
    const nodes = Object.fromEntries([
      node('operation.shop.a', './dbt_project.yml'),
      node('operation.shop.b', 'dbt_project.yml'),
      node('operation.shop.c', './models/../../outside.yml'),
    ])
    const paths = sourcePathsOf(readManifest(json({ metadata, nodes }))).filter(({ nodes }) => nodes.length > 0)
    expect(paths).toEqual([
      { path: 'dbt_project.yml', nodes: ['operation.shop.a', 'operation.shop.b'], optional: false },
    ])
  })

  it('get a plain digest only where the commit holds these very bytes', () => {
    const git = { commit: COMMIT, tracked: true, modified: false }
    const file = { path: 'models/orders.sql', bytes: BYTES, git }
    expect(drafts([file])).toMatchObject([
      { sha256: DIGEST, fingerprint: null, commit: COMMIT, modified: false, unavailable: null },
    ])
    for (const facts of [
      { ...git, modified: true },
      { ...git, tracked: false },
    ]) {
      expect(drafts([{ ...file, git: facts }])).toMatchObject([
        { sha256: null, fingerprint: fingerprint(KEY, DIGEST), commit: COMMIT, modified: true },
      ])
    }
    expect(drafts([{ ...file, git: null }])).toMatchObject([
      { sha256: null, fingerprint: fingerprint(KEY, DIGEST), commit: null, modified: false },
    ])
  })

  it('say that they are missing, unless a project need not have them', () => {
    const missing = (path: string): SourceFile => ({ path, bytes: null, unavailable: 'missing', git: null })
    expect(drafts([missing('models/orders.sql'), missing('packages.yml'), missing('elsewhere.sql')])).toMatchObject([
      { path: 'models/orders.sql', unavailable: 'missing', sha256: null, fingerprint: null },
    ])
  })

  it('take several records where a file holds very many nodes', () => {
    const nodes = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [
        `model.shop.m${i}`,
        { resource_type: 'model', package_name: 'shop', original_file_path: 'models/all.sql' },
      ]),
    )
    const metadata = {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
      invocation_id: INVOCATION,
      project_name: 'shop',
    }
    const found = drafts([{ path: 'models/all.sql', bytes: BYTES, git: null }], readManifest(json({ metadata, nodes })))
    expect(found.map((data) => data.nodes.length)).toEqual([80, 80, 40])
  })
})
