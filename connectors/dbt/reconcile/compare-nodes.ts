import { type NodeExpectation, nodeExpectation, resourceTypeOf } from '../expectations/index.js'
import type { Finding, FindingCode } from './finding.js'
import type { FreshnessData, NodeData, Pairs, Said, TestData, Voices } from './voices.js'

/** Statuses that say nothing against another voice's. */
const VAGUE = new Set(['interrupted', 'unknown'])
/** What two voices may call the same end. */
const SAME: Readonly<Record<string, string>> = {
  pass: 'success',
  // One voice knew that the command only compiles, the other did not.
  compiled: 'success',
  'runtime-error': 'error',
  partial: 'error',
}
const WENT_WELL = new Set(['success', 'pass', 'warn', 'no-op', 'reused', 'compiled'])

type Ended = NodeData | TestData | FreshnessData

interface Codes {
  readonly notLogged: FindingCode
  readonly notClaimed: FindingCode
  readonly status: FindingCode
}

const NODE_CODES: Codes = {
  notLogged: 'node-claimed-not-logged',
  notClaimed: 'node-logged-not-claimed',
  status: 'node-status-differs',
}
const TEST_CODES: Codes = {
  notLogged: 'test-claimed-not-logged',
  notClaimed: 'test-logged-not-claimed',
  status: 'test-status-differs',
}

/** Claim against log, node by node and test by test. A voice that is absent as a whole is a gap, not a finding. */
export function compareNodes(voices: Voices): Finding[] {
  if (!voices.claims || !voices.logs) return []
  return [
    ...compare(voices, voices.nodes, NODE_CODES),
    ...compare(voices, voices.tests, TEST_CODES),
    ...compare(voices, voices.sources, NODE_CODES),
    ...[...voices.nodes.claim.values()].flatMap((claim) => rowsDiffer(claim, voices.nodes.log.get(claim.data.node))),
  ]
}

/** Only a voice that always speaks of such a node in such a command is missed where it is silent. */
function compare<D extends Ended>(voices: Voices, pairs: Pairs<D>, codes: Codes): Finding[] {
  const found: Finding[] = []
  for (const [node, claim] of pairs.claim) {
    const log = pairs.log.get(node)
    if (log !== undefined) {
      for (const finding of statusDiffers(codes.status, claim, log)) found.push(finding)
    } else if (expected(voices, claim.data).log === 'always') {
      found.push(alone(codes.notLogged, 'unconfirmed', 'claim', claim))
    }
  }
  for (const [node, log] of pairs.log) {
    // dbt writes its results before an interrupted node ends: they lack it, and the gap says so.
    if (pairs.claim.has(node) || log.data.status === 'interrupted') continue
    if (expected(voices, log.data).claim !== 'always') continue
    found.push(alone(codes.notClaimed, 'unclaimed', 'log', log))
  }
  return found
}

function expected({ engine, command }: Voices, data: Ended): NodeExpectation {
  const resourceType = 'resourceType' in data ? data.resourceType : resourceTypeOf(data.node)
  const materialized = 'materialized' in data ? data.materialized : null
  return nodeExpectation({ engine, command, announced: null }, { resourceType, materialized })
}

function alone(
  code: FindingCode,
  disposition: 'unconfirmed' | 'unclaimed',
  voice: 'claim' | 'log',
  said: Said<Ended>,
): Finding {
  const { node, status } = said.data
  // A node that was skipped did nothing.
  const severity = status === 'skipped' ? 'low' : 'medium'
  return { code, disposition, severity, node, events: [said.id], voices: [voice], said: [[voice, status]] }
}

function statusDiffers(code: FindingCode, claim: Said<Ended>, log: Said<Ended>): Finding[] {
  const [says, saw] = [claim.data.status, log.data.status]
  if (VAGUE.has(says) || VAGUE.has(saw) || (SAME[says] ?? says) === (SAME[saw] ?? saw)) return []
  const severity = WENT_WELL.has(says) === WENT_WELL.has(saw) ? 'medium' : 'high'
  return [contradicted(code, severity, claim, log, [says, saw])]
}

function rowsDiffer(claim: Said<NodeData>, log: Said<NodeData> | undefined): Finding[] {
  const says = claim.data.rowsAffected
  const saw = log?.data.rowsAffected ?? null
  if (log === undefined || says === null || saw === null || says === saw) return []
  return [contradicted('node-rows-differ', 'medium', claim, log, [says, saw])]
}

/** The log saw a node do another thing than the artefact claims. */
function contradicted(
  code: FindingCode,
  severity: Finding['severity'],
  claim: Said<{ readonly node: string }>,
  log: Said<unknown>,
  [says, saw]: readonly [string, string],
): Finding {
  return {
    code,
    disposition: 'contradicted',
    severity,
    node: claim.data.node,
    events: [claim.id, log.id],
    voices: ['claim', 'log'],
    said: [
      ['claim', says],
      ['log', saw],
    ],
  }
}
