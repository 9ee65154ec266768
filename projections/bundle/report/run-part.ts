import { code, digest, grouped, name, orDash } from './format.js'
import { type Html, html, type Part } from './html.js'
import type { Page } from './report-context.js'
import { facts, part } from './table.js'

const CAPTURE_WORDS: Readonly<Record<string, string>> = {
  wrapper: 'Clyra started dbt and watched it',
  ingest: 'read afterwards from what a finished run left',
  library: 'whoever acted recorded it',
}

/** Who and what the run was, beyond dbt's own words. */
export function runPart({ run, view: { erased }, opened }: Page): Html {
  const { started } = run
  const governance = started?.governance
  const payout = started?.payout
  const invocations = [...new Set(run.invocations.map(({ invocation }) => invocation))].map(
    (id) => html`<code>${id}</code><br>`,
  )
  const [commandLine] = run.invocations.flatMap(({ position }) => opened.text(position, '/data/arguments') ?? [])
  const others = run.others.map(
    ({ type, count }, i) => html`${i === 0 ? null : ', '}<code>${type}</code> (${grouped(count)})`,
  )
  return part({
    id: 'run',
    title: 'The run',
    lead: null,
    body: html`${facts([
      ['Run', code(run.run)],
      ['dbt invocation', started?.tool === 'dbt' || invocations.length > 0 ? invocations : null],
      ['Command line', commandLine === undefined ? null : code(commandLine)],
      ['Captured', started === null ? null : (CAPTURE_WORDS[started.capture] ?? name(started.capture))],
      ['Exit', run.exited === null ? null : (run.exited.signal ?? orDash(run.exited.exitCode))],
      ['Reported by', started === null ? null : name(started.source)],
      ['Appended by', started === null ? null : code(started.submitter)],
      ['Actor', started?.actor == null ? null : name(started.actor)],
      ['Begun by run', started?.parent == null ? null : code(started.parent)],
      ['Rests on', run.links.length === 0 ? null : run.links.map(link)],
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

function link({ stream, role, late }: Page['run']['links'][number]): Html {
  return html`${role} <code>${stream}</code>${late ? ', linked after the run had ended: not in this bundle' : null}<br>`
}

function list(items: readonly string[] | undefined): Part {
  return items === undefined || items.length === 0 ? null : name(items.join(', '))
}
