import type { Asked } from './asked.js'
import { element } from './element.js'
import type { Answer } from './messages.js'
import { recordsPart } from './records.js'
import { reportPart } from './report.js'
import { startThread, type Thread } from './thread.js'
import { verdictParts } from './verdict.js'

/** An element of page.html: each id that is asked for here stands there, on an element of that kind. */
const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T

/** Wires the form: evidence is judged when it is chosen, and again when the form is sent. `script` is what the thread runs. */
export function showForm(script: string): void {
  const form = byId<HTMLFormElement>('ask')
  const chooser = byId<HTMLInputElement>('file')
  const drop = byId('drop')
  const answerPart = byId('answer')
  let thread: Thread | undefined

  const judge = async () => {
    say('')
    answerPart.replaceChildren()
    thread?.end()
    const file = chooser.files?.[0]
    if (file === undefined) return say('Choose the evidence first: a bundle, or a zip of a tiles directory.')
    const mine = startThread(script)
    thread = mine
    setBusy(true)
    const answer = await mine.ask({ kind: 'judge', file, asked: askedIn(form) })
    // Another check was begun meanwhile, or this one was stopped.
    if (thread !== mine) return
    setBusy(false)
    show(answer, file.name, mine.ask)
  }

  const show = (answer: Answer, name: string, ask: Thread['ask']) => {
    if (answer.kind === 'refused') return say(answer.message)
    if (answer.kind !== 'judged') return
    const { told, report, sha256, count } = answer
    answerPart.replaceChildren(
      ...verdictParts(told, { name, sha256 }),
      ...(count === 0 ? [] : [recordsPart(count, ask)]),
      ...(report === null ? [] : [reportPart(report, told.verdict)]),
    )
    byId('status').textContent = `${told.verdict}. The answer stands below.`
    byId('verdict').focus()
  }

  chooser.onchange = judge
  form.onsubmit = (event) => {
    event.preventDefault()
    judge()
  }
  byId('stop').onclick = () => {
    thread?.end()
    thread = undefined
    setBusy(false)
    say('Stopped: there is no verdict.')
  }
  // A file that misses the field would replace the page.
  for (const name of ['dragover', 'drop'] as const)
    window.addEventListener(name, (event) => {
      event.preventDefault()
      drop.classList.toggle('over', name === 'dragover')
      if (name !== 'drop' || !event.dataTransfer?.files.length) return
      chooser.files = event.dataTransfer.files
      judge()
    })
  window.addEventListener('dragleave', () => drop.classList.remove('over'))
}

function say(message: string): void {
  byId('problem').replaceChildren(...(message === '' ? [] : [element('span', {}, message)]))
}

function setBusy(is: boolean): void {
  byId('busy').hidden = !is
  byId('status').textContent = is ? 'Checking' : ''
}

function askedIn(form: HTMLFormElement): Asked {
  const fields = new FormData(form)
  const text = (name: string) => String(fields.get(name) ?? '')
  return {
    keys: text('keys'),
    genesis: text('genesis'),
    run: text('run'),
    minSize: text('minSize'),
    maxAge: text('maxAge'),
    completeRun: fields.has('completeRun'),
    warehouse: fields.has('warehouse'),
  }
}
