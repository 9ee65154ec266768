import type { Anchor } from '../../run/index.js'
import type { IntroducedKey } from '../def-state.js'
import type { DefView } from '../def-view.js'
import { byteSize, code, dash, digest, grouped, moment, name, orDash, plural } from './format.js'
import { type Html, html, type Part } from './html.js'
import type { ReportContext } from './report-context.js'
import { facts, fold, marked, section, table } from './table.js'
import { ANCHOR_CODE_WORDS, ANCHOR_WORDS, type Tone } from './words.js'

const ANCHOR_TONE: Readonly<Record<Anchor['kind'], Tone>> = {
  provisional: 'unknown',
  confirmed: 'good',
  contradicted: 'bad',
  unavailable: 'warn',
}

/** Where the warehouse stood before and after. */
export function anchorsSection({ run }: DefView): Html {
  return section({
    id: 'anchors',
    title: 'Warehouse anchors',
    lead: 'Where the warehouse stood in its own transaction log just before and just after the run: it ties this record to one server and one stretch of its history.',
    body:
      run.anchors.length === 0
        ? html`<p>None: the warehouse was not asked.</p>
`
        : run.anchors.map(anchor),
  })
}

function anchor(one: Anchor): Html {
  return html`<div class="card"><p>${marked(ANCHOR_TONE[one.kind], html`<strong>${one.kind}</strong>`)} <span class="quiet">${ANCHOR_WORDS[one.kind]}</span></p>
${
  one.code === null
    ? null
    : html`<p>${ANCHOR_CODE_WORDS[one.code]} <code>${one.code}</code>${one.detail === null ? null : html` <code>${one.detail}</code>`}</p>
`
}${facts([
  ['When', one.observedAt === null ? null : moment(one.observedAt)],
  ['Server', one.serverVersion === null ? null : name(`${one.system} ${one.serverVersion}`)],
  ['Log position (LSN)', one.lsn === null ? null : code(one.lsn)],
  ['Timeline', one.timeline],
  ['System identifier', one.systemIdentifier === null ? null : code(one.systemIdentifier)],
  ['Snapshot', one.snapshot === null ? null : code(one.snapshot)],
  ['Contradicted by', one.reasons.join(', ')],
  ['Warnings', one.warnings.join(', ')],
  ['Could not be asked', one.failed.map((pair) => pair.join(' ')).join(', ')],
  ['Address (digest)', one.dsnHash === null ? null : digest(one.dsnHash)],
])}</div>
`
}

/** The files of the run: what dbt wrote, and the source as it lay on disk. */
export function filesSection({ run }: DefView, context: ReportContext): Html {
  const embedded = new Set(context.embedded)
  const artifacts = run.artifacts.map((artifact) => ({
    cells: [
      name(artifact.name),
      html`<span class="nowrap">${byteSize(artifact.size)}</span>`,
      embedded.has(artifact.sha256) ? 'in this bundle' : 'outside, named by digest',
      digest(artifact.sha256),
    ],
  }))
  const sources = run.sources.map((source) => ({
    cells: [
      name(source.path),
      source.unavailable === null
        ? source.modified
          ? marked('warn', 'differs from the commit')
          : source.commit === null
            ? 'not under version control'
            : 'as committed'
        : marked('warn', source.unavailable),
      source.commit === null ? dash : html`<code class="digest">${source.commit.slice(0, 12)}</code>`,
      source.sha256 !== null
        ? digest(source.sha256)
        : source.fingerprint !== null
          ? html`<span class="quiet">keyed</span> ${digest(source.fingerprint)}`
          : dash,
    ],
  }))
  return section({
    id: 'files',
    title: 'Files',
    lead: 'What dbt wrote about the run and, where they were read, the source files it ran from. A digest pins the bytes: anyone who has the file can compare.',
    body: html`${
      artifacts.length === 0
        ? html`<p>No artefact was captured.</p>
`
        : table(
            'Artefacts',
            [{ title: 'Artefact' }, { title: 'Size', number: true }, { title: 'Where' }, { title: 'SHA-256' }],
            artifacts,
          )
    }${
      sources.length === 0
        ? html`<p>No source file was read.</p>
`
        : fold(
            plural(sources.length, 'source file'),
            table(
              'Source files',
              [{ title: 'Path' }, { title: 'State' }, { title: 'Commit' }, { title: 'Digest' }],
              sources,
            ),
          )
    }`,
  })
}

/** Who and what the run was, beyond dbt's own words. */
export function runSection({ run, erased }: DefView): Html {
  const { started } = run
  const governance = started?.governance
  const payout = started?.payout
  const invocations = [...new Set(run.invocations.map(({ invocation }) => invocation))].map(
    (id) => html`<code>${id}</code><br>`,
  )
  const others = run.others.map(
    ({ type, count }, i) => html`${i === 0 ? null : ', '}<code>${type}</code> (${grouped(count)})`,
  )
  return section({
    id: 'run',
    title: 'The run',
    lead: null,
    body: html`${facts([
      ['Run', code(run.run)],
      ['dbt invocation', invocations],
      [
        'Captured',
        started === null
          ? null
          : started.capture === 'wrapper'
            ? 'Clyra started dbt and watched it'
            : 'read afterwards from what a finished run left',
      ],
      ['Exit', run.exited === null ? null : (run.exited.signal ?? orDash(run.exited.exitCode))],
      ['Reported by', started === null ? null : name(started.source)],
      ['Appended by', started === null ? null : code(started.submitter)],
      ['Actor', started?.actor == null ? null : name(started.actor)],
      ['Job', governance?.job_id == null ? null : name(governance.job_id)],
      ['Service', governance?.service_id == null ? null : name(governance.service_id)],
      ['Pipeline', governance?.pipeline_id == null ? null : name(governance.pipeline_id)],
      ['Agent', governance?.agent_id == null ? null : name(governance.agent_id)],
      ['Runtime', list(governance?.runtime_versions.map((pair) => pair.join(' ')))],
      ['Schemas', list(governance?.schema_versions.map((pair) => pair.join(' ')))],
      ['Change intent', payout?.change_intent == null ? null : name(payout.change_intent)],
      ['Asset', payout?.asset_id == null ? null : name(payout.asset_id)],
      ['Business metrics', list(payout?.business_metric_refs)],
      ['Policy', started === null ? null : started.policy === null ? 'none in force' : digest(started.policy)],
      [
        'Sealed values',
        started === null
          ? null
          : html`under key ${code(started.subject)}${erased === null ? null : ', recorded as destroyed'}`,
      ],
      [
        'Records',
        run.first === null || run.last === null
          ? 'none'
          : `${grouped(run.records)}, from ${grouped(run.first.position)} to ${grouped(run.last.position)}`,
      ],
      ['Other records', run.others.length === 0 ? null : others],
    ])}`,
  })
}

function list(items: readonly string[] | undefined): Part {
  return items === undefined || items.length === 0 ? null : name(items.join(', '))
}

/** The ledger that signed, its size and its keys. */
export function ledgerSection(view: DefView, context: ReportContext): Html {
  const { genesis, heads } = view
  return section({
    id: 'ledger',
    title: 'Ledger and keys',
    lead: 'What the bundle says about itself. Compare the key’s fingerprint and the identity with what the ledger’s owner tells you; do not take them from here.',
    body: html`${facts([
      ['Ledger', genesis === null ? null : name(genesis.origin)],
      ['Identity', genesis === null ? null : digest(genesis.leaf)],
      ['Begun', genesis === null ? null : moment(genesis.recordedAt)],
      ['Size', `${grouped(context.size)} records`],
      ['Root', digest(context.root)],
      ['Stream heads', heads === null ? null : html`record ${grouped(heads.position)}, ${digest(heads.root)}`],
      ['Records in this bundle', grouped(view.records)],
      ['Erasures recorded', view.redactions.length === 0 ? 'none' : grouped(view.redactions.length)],
    ])}${keysTable(view)}`,
  })
}

function keysTable({ genesis, keys }: DefView): Html {
  const own = (genesis?.keys ?? []).map((key) => ({ ...key, introducedAt: '0', replaces: null, revoked: null }))
  const rows = [...own, ...keys].map((key) => ({ cells: [key.purpose, digest(key.id), key.alg, validity(key)] }))
  return table('Keys', [{ title: 'Purpose' }, { title: 'Fingerprint' }, { title: 'Kind' }, { title: 'Valid' }], rows)
}

function validity({ introducedAt, revoked }: IntroducedKey): Part {
  const from = html`from record ${grouped(introducedAt)}`
  if (revoked === null) return from
  const since =
    revoked.compromisedSince === null
      ? null
      : html`, not to be trusted since record ${grouped(revoked.compromisedSince)}`
  return html`${from}; ${marked('warn', html`revoked at record ${grouped(revoked.position)}`)} (${revoked.reason}${since})`
}
