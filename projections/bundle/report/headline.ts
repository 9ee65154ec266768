import { answers } from './answers.js'
import { moment, name, seconds } from './format.js'
import { type Html, html, type Part } from './html.js'
import { readableCommand } from './readable-command.js'
import type { Page } from './report-context.js'
import { OUTCOME_WORDS } from './words.js'

/** What ran, with what command, who and when, and the four answers: what a lead reads first. */
export function headline(page: Page): Html {
  return html`<header>
<p class="eyebrow">Data evidence report</p>
<h1>${whatRan(page)} ${OUTCOME_WORDS[page.run.outcome].sentence}</h1>
${commandLine(page)}<p class="standfirst">${standfirst(page)}</p>
</header>
${answers(page)}`
}

/** "dbt build of jaffle_shop" */
function whatRan({ run }: Page): Part {
  const tool = run.started === null ? 'The run' : run.started.tool === 'dbt' ? 'dbt' : 'A run'
  const project = run.invocations.find((invocation) => invocation.project !== null)?.project ?? null
  return html`${tool}${run.command === null ? null : html` ${name(run.command)}`}${project === null ? null : html` of ${name(project)}`}`
}

/** The command line where it is shown; else that its options are withheld, so that nobody takes the run for a plain one. */
function commandLine({ run, opened }: Page): Html | null {
  const [shown] = run.invocations.flatMap(({ position }) => opened.text(position, '/data/arguments') ?? [])
  if (shown !== undefined) {
    return html`<p class="command"><code>${readableCommand(shown)}</code></p>
`
  }
  if (!run.invocations.some(({ sealedArguments }) => sealedArguments)) return null
  return html`<p class="command withheld">Selection, variables and options are withheld.</p>
`
}

function standfirst({ run }: Page): Part {
  const told = run.invocations.find((invocation) => invocation.voice === 'claim') ?? run.invocations[0]
  const target = run.invocations.find((invocation) => invocation.target !== null)?.target ?? null
  const engine = told === undefined ? null : [told.engine, told.version].filter((part) => part !== null).join(' ')
  const { started, repository } = run
  const pieces: Part[] = [
    run.startedAt === null ? 'when it started is not recorded' : html`Started ${moment(run.startedAt)}`,
    duration({ run }),
    target === null ? null : html`target ${name(target)}`,
    told?.adapter == null ? null : whole(told.adapter),
    engine === null ? null : whole(engine),
    started?.governance.job_id == null ? null : html`job ${name(started.governance.job_id)}`,
    started?.actor == null ? null : html`by ${name(started.actor)}`,
    // Read afterwards, the working copy may have moved on since the run.
    started?.capture !== 'wrapper' || repository?.commit == null
      ? null
      : html`commit <code>${repository.commit.slice(0, 10)}</code>${repository.modified === true ? ', with local changes' : null}`,
  ]
  return pieces
    .filter((piece) => piece !== null)
    .map((piece, i) => (i === 0 ? piece : html` <span class="dot">·</span> ${piece}`))
}

/** A short name that stays on one line. */
function whole(text: string): Html {
  return html`<bdi class="nowrap">${text}</bdi>`
}

/** dbt's own word for how long it took: the longer one, its log's, is of the whole command. */
function duration({ run }: Pick<Page, 'run'>): Part {
  const told = (voice: 'log' | 'claim') =>
    run.completions.find((done) => done.voice === voice && done.elapsedSeconds !== null)?.elapsedSeconds ?? null
  const elapsed = told('log') ?? told('claim')
  return elapsed === null ? null : html`dbt says it took ${seconds(elapsed)}`
}
