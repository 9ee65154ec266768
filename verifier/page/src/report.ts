import type { Verdict } from '../../ts/src/index.js'
import { element } from './element.js'

/** More is not laid out at once on a small machine. */
const MOST_CHARACTERS = 32 << 20

/**
 * The page inside the bundle, in a frame that may do nothing: no script, no form, no window, and what it would load
 * the policy of this page forbids. It is laid out when it is asked for.
 */
export function reportPart(report: string, verdict: Verdict): Node {
  const word =
    verdict === 'VALID'
      ? 'A key of the ledger has signed it. Whether it says what the records say was not compared: the records above are what is proved.'
      : 'It was not compared with the records, and the verdict above is not VALID: do not rely on it.'
  const details = element('details', {}, element('summary', {}, 'Show it, in a frame that may do nothing'))
  details.addEventListener(
    'toggle',
    () => {
      const frame = element('iframe', {
        sandbox: '',
        title: 'The report inside the bundle',
        referrerpolicy: 'no-referrer',
      })
      frame.srcdoc = report
      details.append(frame)
    },
    { once: true },
  )
  return element(
    'section',
    { class: 'screen', 'aria-labelledby': 'report' },
    element('h2', { id: 'report' }, 'The report inside'),
    element('p', { class: 'lead' }, word),
    report.length > MOST_CHARACTERS ? element('p', {}, 'It is too large to be shown here.') : details,
  )
}
