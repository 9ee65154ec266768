import type { Check, VerifyResult } from '../../ts/src/index.js'
import { factsOf, meaningOf, sentenceOf, verdictLine } from '../../ts/src/render.js'
import { WARNINGS } from '../../ts/src/spec.generated.js'
import { element } from './element.js'
import { LOOKS, RESULTS, SENTENCES } from './words.js'

/** The verdict with what it rests on: one sentence, then every check with its reason, then what it is about. */
export function verdictParts(
  result: VerifyResult,
  file: { readonly name: string; readonly sha256: string | null },
): Node[] {
  return [verdict(result, file), checks(result), facts(result)]
}

function verdict(result: VerifyResult, { name, sha256 }: { name: string; sha256: string | null }): Node {
  const [, ...beside] = verdictLine(result).split(' - ')
  const failed = result.checks.find(({ result }) => result === 'fail')
  return element(
    'section',
    { class: `verdict ${LOOKS[result.verdict]}`, 'aria-labelledby': 'verdict' },
    element('p', { class: 'eyebrow' }, name),
    element(
      'h2',
      { id: 'verdict', tabindex: '-1' },
      element('span', { class: `mark ${LOOKS[result.verdict]}` }, result.verdict),
      ...(result.verdict === 'VALID' ? [] : [' ', element('code', {}, `(${result.code})`)]),
    ),
    element('p', { class: 'sentence' }, SENTENCES[result.verdict]),
    ...(beside.length === 0 ? [] : [element('p', {}, `${capital(beside.join('; '))}.`)]),
    ...(result.verdict === 'VALID' ? [] : [element('p', {}, meaningOf(result))]),
    ...(failed === undefined ? [] : [element('p', { class: 'fine' }, `Check ${failed.name}: ${failed.detail ?? ''}`)]),
    ...result.warnings.map(({ code, detail }) =>
      element(
        'p',
        { class: 'warning' },
        element('span', { class: 'mark warn' }, 'Note'),
        ` ${WARNINGS[code]} (${detail})`,
      ),
    ),
    ...(sha256 === null ? [] : [element('p', { class: 'fine' }, 'SHA-256 of the file ', element('code', {}, sha256))]),
  )
}

function checks({ checks }: VerifyResult): Node {
  const items = checks.map((check) => {
    const { look, word } = RESULTS[check.result]
    return element(
      'li',
      {},
      element('span', { class: 'name' }, check.name),
      ' ',
      element('span', { class: `mark ${look}` }, word),
      ' ',
      element('span', { class: 'says' }, saidOf(check)),
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

const saidOf = (check: Check): string =>
  check.result === 'not-run' && check.detail === null ? 'an earlier check has ended it' : sentenceOf(check)

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`

function facts(result: VerifyResult): Node {
  const pairs = factsOf(result).map(([name = '', value = '']) =>
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
      element('pre', { tabindex: '0', 'aria-label': 'Result' }, JSON.stringify(result, null, 2)),
    ),
  )
}
