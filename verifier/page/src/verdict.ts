import { element } from './element.js'
import type { Told } from './told.js'
import { LOOKS, RESULTS, SENTENCES } from './words.js'

/** The verdict with what it rests on: one sentence, then every check with its reason, then what it is about. */
export function verdictParts(told: Told, file: { readonly name: string; readonly sha256: string | null }): Node[] {
  return [verdict(told, file), checks(told), facts(told)]
}

function verdict(
  { verdict, code, beside, meaning, checks, warnings }: Told,
  { name, sha256 }: { name: string; sha256: string | null },
): Node {
  const failed = checks.find(({ result }) => result === 'fail')
  return element(
    'section',
    { class: `verdict ${LOOKS[verdict]}`, 'aria-labelledby': 'verdict' },
    element('p', { class: 'eyebrow' }, name),
    element(
      'h2',
      { id: 'verdict', tabindex: '-1' },
      element('span', { class: `mark ${LOOKS[verdict]}` }, verdict),
      ...(verdict === 'VALID' ? [] : [' ', element('code', {}, `(${code})`)]),
    ),
    element('p', { class: 'sentence' }, SENTENCES[verdict]),
    ...(beside === '' ? [] : [element('p', {}, `${beside.slice(0, 1).toUpperCase()}${beside.slice(1)}.`)]),
    ...(verdict === 'VALID' ? [] : [element('p', {}, meaning)]),
    ...(failed === undefined ? [] : [element('p', { class: 'fine' }, `Check ${failed.name}: ${failed.says}`)]),
    ...warnings.map((warning) =>
      element('p', { class: 'warning' }, element('span', { class: 'mark warn' }, 'Note'), ` ${warning}`),
    ),
    ...(sha256 === null ? [] : [element('p', { class: 'fine' }, 'SHA-256 of the file ', element('code', {}, sha256))]),
  )
}

function checks({ checks }: Told): Node {
  const items = checks.map(({ name, result, says }) => {
    const { look, word } = RESULTS[result]
    return element(
      'li',
      {},
      element('span', { class: 'name' }, name),
      ' ',
      element('span', { class: `mark ${look}` }, word),
      ' ',
      element('span', { class: 'says' }, says),
    )
  })
  return element(
    'section',
    { 'aria-labelledby': 'checks' },
    element('h2', { id: 'checks' }, 'What was checked'),
    element('p', { class: 'lead' }, 'In this order. What was not run is no pass.'),
    element('ol', { class: 'checks' }, ...items),
  )
}

function facts({ facts, json }: Told): Node {
  const pairs = facts.map(([name = '', value = '']) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, value)),
  )
  return element(
    'section',
    { 'aria-labelledby': 'facts' },
    element('h2', { id: 'facts' }, 'What it is about'),
    element('dl', { class: 'facts' }, ...pairs),
    element(
      'details',
      {},
      element('summary', {}, 'The result as programs get it'),
      element('pre', { tabindex: '0', 'aria-label': 'Result' }, json),
    ),
  )
}
