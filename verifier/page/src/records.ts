import { visible } from '../../ts/src/terminal-text.js'
import { element } from './element.js'
import type { ShownRecord } from './evidence.js'
import { type Answer, type Request, SHOWN_AT_ONCE } from './messages.js'

/** The records as they lie, a page at a time: the worker has them, and gives what is looked at. */
export function recordsPart(count: number, ask: (request: Request) => Promise<Answer>): Node {
  const list = element('ol', { class: 'records' })
  const place = element('p', { class: 'fine', role: 'status' })
  const search = element('input', { id: 'find', type: 'search', autocomplete: 'off', spellcheck: 'false' })
  const form = element(
    'form',
    { role: 'search' },
    element('label', { for: 'find' }, 'Find in the records'),
    search,
    element('button', { type: 'submit' }, 'Find next'),
  )
  const earlier = element('button', { type: 'button' }, 'Earlier')
  const later = element('button', { type: 'button' }, 'Later')
  let [first, last] = [0, 0]

  const show = async (request: Request) => {
    const answer = await ask(request)
    if (answer.kind === 'not-found') place.textContent = visible(`No record holds “${answer.text}”.`)
    if (answer.kind === 'refused') place.textContent = visible(answer.message)
    if (answer.kind !== 'records') return
    first = answer.from
    last = first + answer.records.length
    list.replaceChildren(...answer.records.map(recordItem))
    place.textContent = `Records ${number(first + 1)} to ${number(last)} of ${number(count)}, oldest first.`
    earlier.disabled = first === 0
    later.disabled = last >= count
  }
  earlier.onclick = () => show({ kind: 'records', from: Math.max(0, first - SHOWN_AT_ONCE) })
  later.onclick = () => show({ kind: 'records', from: last })
  form.onsubmit = (event) => {
    event.preventDefault()
    if (search.value !== '') show({ kind: 'find', text: search.value, from: Math.min(first + 1, count - 1) })
  }
  show({ kind: 'records', from: 0 })
  return element(
    'section',
    { class: 'screen', 'aria-labelledby': 'records' },
    element('h2', { id: 'records' }, 'The records'),
    element('p', { class: 'lead' }, 'As they lie. That an event is true is the word of who recorded it.'),
    form,
    list,
    element('p', { class: 'pager' }, earlier, later),
    place,
  )
}

function recordItem({ position, text }: ShownRecord): Node {
  // A record that was verified is one object with these attributes, each a text.
  const { type, stream, revision, recordedat } = JSON.parse(text) as Record<string, string>
  return element(
    'li',
    {},
    element(
      'details',
      {},
      element(
        'summary',
        {},
        element('span', { class: 'position' }, position),
        ' ',
        element('span', { class: 'type' }, String(type)),
        ' ',
        element('span', { class: 'quiet' }, `${stream} ${revision}, ${recordedat}`),
      ),
      element('pre', { tabindex: '0', 'aria-label': `Record ${position}` }, JSON.stringify(JSON.parse(text), null, 2)),
      element('pre', { class: 'bytes', tabindex: '0', 'aria-label': `Bytes of record ${position}` }, text),
    ),
  )
}

const number = (value: number): string => value.toLocaleString('en')
