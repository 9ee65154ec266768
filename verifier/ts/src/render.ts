import type { Check, VerifyResult } from './result.js'
import { CODES, type FaultCode, OK, WARNINGS } from './spec.generated.js'
import { oneLine } from './terminal-text.js'
import type { WarehouseHeard } from './warehouse-heard.js'

/** What a passed check has shown, for somebody who has never heard of a Merkle tree. */
const SHOWN: Readonly<Record<string, string>> = {
  container: 'one archive, and nothing hidden in it',
  json: 'all files are there as listed, all records well formed',
  note: 'the checkpoint names origin, size and root of the log',
  signature: "the ledger's own key has signed the checkpoint",
  root: 'evidence and checkpoint speak of the same log',
  multiproof: 'every record stands in that log, at its place, unchanged',
  chain: 'each record links to the one before it in its stream',
  heads: 'no record of the streams is left out',
  keys: 'keys were introduced and revoked by the rules',
  dsse: 'a valid evidence key of the ledger has signed the manifest',
  claims: 'what the manifest says follows from the records',
}
const MARK = { pass: 'ok', fail: 'FAIL', 'not-run': '--' } as const

export interface RenderOptions {
  /** ANSI colours; default false. */
  readonly color?: boolean
  /** How to mark good, bad and doubtful words instead of by ANSI colours. */
  readonly paint?: Paint
}

export interface Paint {
  good(text: string): string
  bad(text: string): string
  doubtful(text: string): string
}

const ansi = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`
const COLOURS: Paint = { good: ansi(32), bad: ansi(31), doubtful: ansi(33) }
const asItIs = (text: string) => text
const NONE: Paint = { good: asItIs, bad: asItIs, doubtful: asItIs }

/**
 * A result for people: verdict first, what it is about, every check, then what to know and to do. Ends in a line feed.
 * What the evidence says is shown so that it steers no terminal.
 */
export function renderResult(result: VerifyResult, options: RenderOptions = {}): string {
  const paint = options.paint ?? (options.color === true ? COLOURS : NONE)
  const good = result.verdict === 'VALID'
  const lines = [
    paint[good ? 'good' : 'bad'](verdictLine(result)),
    meaningOf(result),
    '',
    ...table(factsOf(result), asItIs),
    '',
    ...table(result.checks.map(checkRow), (first) => painted(first, paint)),
  ]
  for (const { code, detail } of result.warnings)
    lines.push(paint.doubtful(`warning: ${WARNINGS[code]} (${printable(detail)})`))
  if (result.verdict === 'UNTRUSTED') lines.push('', ...untrusted(result))
  return `${lines.join('\n')}\n`
}

/** Evidence is hostile until proved: what it says must not steer a terminal. */
const printable = (text: string): string => oneLine(text.slice(0, 1000))

/** VALID is a word about the record: how the run itself went is said beside it. */
const RECORD_OF: Readonly<Record<NonNullable<VerifyResult['run']>['outcome'], string>> = {
  succeeded: 'the record of a SUCCESSFUL run',
  failed: 'the record of a FAILED run',
  interrupted: 'the record of an INTERRUPTED run',
  unknown: 'the record of a run whose outcome is unknown',
}

/** `VALID`, with what must never be overlooked beside it. */
export function verdictLine({ verdict, code, run, warnings }: VerifyResult): string {
  const demonstration = warnings.some((warning) => warning.code === 'RECORDED_DEMONSTRATION')
  const parts = [
    code === OK.code ? verdict : `${verdict} (${code})`,
    ...(demonstration ? ['recorded demonstration'] : []),
    ...(run === null ? [] : [RECORD_OF[run.outcome]]),
    ...(run !== null && run.completeness !== 'complete' ? [`incomplete record (${run.completeness})`] : []),
  ]
  return parts.join(' - ')
}

/** What the code of the result means, in the words of the specification. */
export function meaningOf({ code }: VerifyResult): string {
  return code === OK.code ? OK.meaning : CODES[code as FaultCode].meaning // the only code that is no fault is OK
}

/** What the evidence is about: rows of a name and its value. Of INVALID evidence they repeat nothing. */
export function factsOf(result: VerifyResult): string[][] {
  const { ledger, run, completeAsOf, size, root, profile, keys } = result
  if (ledger === null) return [['contents', 'nothing in this evidence is shown: it is not sound']]
  const reasons = run === null || run.reasons.length === 0 ? '' : ` (${run.reasons.join(', ')})`
  return [
    ['profile', String(profile)],
    ['ledger', ledger.origin],
    ['genesis', ledger.genesis],
    ['log', `${size} records, root ${root}`],
    ...(run === null
      ? []
      : [
          ['run', run.id],
          ['outcome', run.outcome],
          ...(run.voices === null ? [] : [['warehouse', warehouseOf(run.voices.warehouse)]]),
          ['completeness', `${run.completeness}${reasons}`],
        ]),
    ...(completeAsOf === null
      ? []
      : [['complete as of', `${completeAsOf.recordedat}, position ${completeAsOf.position}`]]),
    ['verified', `${result.records} records`],
    ['stream heads', `${result.streams}; issuance ${result.issuance}`],
    ['keys as of', `size ${result.keysAsOf}`],
    ...keys.map(({ role, id, trusted }) => [`${role} key`, `${id}${trusted ? ' (pinned by you)' : ''}`]),
  ]
}

function warehouseOf({ completeness, reasons }: WarehouseHeard): string {
  return `${completeness}${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}`
}

const checkRow = (check: Check): string[] => [`${MARK[check.result].padEnd(4)} ${check.name}`, sentenceOf(check)]

/** What a check says in one line: its finding, else what has passed with it. */
export function sentenceOf({ name, result, code, detail }: Check): string {
  const said = printable([code, detail].filter((part) => part !== null).join(': '))
  const unsaid = result === 'not-run' ? 'not run' : (SHOWN[name] ?? '')
  return said === '' ? unsaid : said
}

/** No vkey and no command to paste: what comes with the evidence must not be what it is trusted by. */
function untrusted({ keys, ledger }: VerifyResult): string[] {
  const signers = keys.filter(({ role }) => role === 'checkpoint')
  return [
    'The evidence is sound, but no key that you have pinned vouches for it: anyone can make a sound ledger.',
    ...signers.map(
      ({ id }) => `It is signed by a key of ${printable(String(ledger?.origin))} with the fingerprint ${id}.`,
    ),
    "Get the key from the ledger's owner by another way than this evidence came, and pin it.",
  ]
}

/** The mark that a row of a check begins with, in its colour. */
function painted(row: string, paint: Paint): string {
  const [mark, rest] = [row.slice(0, 4), row.slice(4)]
  if (mark.startsWith(MARK.fail)) return `${paint.bad(mark)}${rest}`
  return mark.startsWith(MARK.pass) ? `${paint.good(mark)}${rest}` : row
}

/** Two columns, the first painted once its width is known. */
function table(rows: readonly (readonly string[])[], paint: (first: string) => string): string[] {
  const shown = rows.map((row) => row.map(printable))
  const widest = Math.max(...shown.map(([first = '']) => first.length))
  return shown.map(([first = '', second = '']) =>
    `  ${paint(first)}${' '.repeat(widest - first.length + 2)}${second}`.trimEnd(),
  )
}
