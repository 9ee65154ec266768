import { expect, it } from 'vitest'
import { activityRecords, RUN, recordMaker, startedData } from '../../projections/example-records.test.support.js'
import { hex } from '../../src/canonical/index.js'
import { sha256 } from '../../src/crypto/index.js'
import { foldDigests, foldRecords } from '../../src/events/index.js'
import { PEF } from './index.js'

it('a page or a digest that is another than before has another version of its maker', () => {
  const make = recordMaker()
  const records = [
    make(`run-${RUN}`, 'dev.clyra.run.started.v2', startedData({ tool: 'agent', capture: 'library' })),
    make(`run-${RUN}`, 'dev.clyra.run.linked.v1', { run: RUN, stream: 'approval-1', role: 'approval' }),
    ...activityRecords(make),
  ]
  const state = foldRecords(PEF.projection, RUN, records)
  const { name, version } = PEF.renderer
  const page = PEF.renderer.render(state, {
    checkpoint: { size: 9n, root: new Uint8Array(32) },
    embedded: [],
    openings: [],
  })
  // Another page: raise `PEF.renderer.version`. Another digest: raise the version of that fold alone.
  expect({ maker: `${name} ${version}`, page: hex(sha256(Buffer.from(page))) }).toMatchInlineSnapshot(`
    {
      "maker": "pef-report 1",
      "page": "8973844ade9a1ae2b290395e114388c0213d4dc819c1a1b0d9a40e571ab9551d",
    }
  `)
  const made = foldDigests(PEF.projection, state).map((fold) => [`${fold.name} ${fold.version}`, fold.digest])
  expect(Object.fromEntries(made)).toMatchInlineSnapshot(`
    {
      "pef-ledger 1": "9f241c93b71d8395f2813a4d4ac073c0a841d5d007d9715bb1b2d27449a2ec53",
      "run-anchor 1": "ebdc492e882c72f326ea57ad056e86e26e0a4d3070d305be4448d40c1fa36bbf",
      "run-artifact 1": "58a3b2a9cf8cd7c0f39fe59fa29e9020846ee8b080e145e847f69609633fd944",
      "run-dbt 1": "bf8cc24d167d3afd529e8dcaf544ba18657bdf80f747aa232c9147f96a24e72a",
      "run-end 1": "ce855ad52de9fcb95dcd6e1ebaed937e91c83556bc6f0192979e64e64f90e4cd",
      "run-finding 1": "9d0f2143c61cfbb6c0cf0425ce8b447811a32d48ec37333ba8b3700218631b36",
      "run-mcp 1": "8aa0aec0b799f8a6ce4c209854095fb622e8525caa35d024b9cb04b4b06c3587",
      "run-metrics 1": "a69e56a23ab5bff43021c11840a51cac0a306b8e77e0eafefcd7e658aae21ffe",
      "run-others 4": "3d4e773dc314f194327a7e8630068ad30ff2de488f5e06ef217bc4abdc42a28a",
      "run-receipt 1": "2c424c976e7d2e073b3ab52c6d5116b1eb68fe5cf0f7d15bef895517a595b394",
      "run-run 2": "a1982440ae7d9d76213a173ad03d4b841a8141c47cb7a163dbf6ed07b388b440",
      "run-snapshot 1": "b3e6a79b5c50756978fc12724f94efebdacb61692783a459c35da009db4c3b74",
      "run-stream 1": "892d07a5541a97b6768f0af940c8b85ee44a04d37600b41a48540711c9bc2498",
      "run-verdict 1": "a22094d4d23317374159238baeb8a047f4bfc3343fe55ed10cabae9b7f73d07a",
    }
  `)
})
