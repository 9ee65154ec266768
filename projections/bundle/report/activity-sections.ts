import type { CountedView, RunView } from '../../run/index.js'
import { code, dash, grouped, moment, name, orDash, plural, seconds } from './format.js'
import { type Html, html, type Part } from './html.js'
import { marked, section, table } from './table.js'
import type { Tone } from './words.js'

/** The sections of what an agent or a gateway did: each is nothing where there is nothing. */
export function activitySections(run: RunView): Html {
  return html`${openSection(run)}${callsSection(run)}${receiptsSection(run)}${verdictsSection(run)}`
}

const TONES: Readonly<Record<string, Tone>> = {
  success: 'good',
  allow: 'good',
  clean: 'good',
  attack: 'bad',
  error: 'bad',
  denied: 'warn',
  block: 'warn',
  repair: 'warn',
  suspect: 'warn',
}

/** What could not be looked at, or has no answer, is neither good nor bad. */
const result = (word: string): Html => marked(TONES[word] ?? 'unknown', word)

const shown = (text: string | null): Part => orDash(text === null ? null : name(text))

/** "12 success, 1 denied", and how many of them are not listed. */
function summary({ byResult, unlisted }: CountedView<unknown>): string {
  const counts = byResult.map(([word, count]) => `${grouped(count)} ${word}`).join(', ')
  return unlisted === 0 ? `${counts}.` : `${counts}; ${grouped(unlisted)} of them are counted here and not listed.`
}

function openSection({ openIntents }: RunView): Html | null {
  if (openIntents.length === 0) return null
  return section({
    id: 'open',
    title: 'Intended, and nothing says what came of it',
    lead: `${plural(openIntents.length, 'intent')} without a receipt: it may have been done, or not.`,
    body: table(
      'Intents without a receipt',
      [{ title: 'Receipt' }, { title: 'Route' }, { title: 'Record', number: true }],
      openIntents.map(({ receipt, route, position }) => ({
        tone: 'warn' as const,
        cells: [code(receipt), name(route), grouped(position)],
      })),
    ),
  })
}

function callsSection({ calls }: RunView): Html | null {
  if (calls.total === 0) return null
  return section({
    id: 'calls',
    title: 'Tools that were called',
    lead: summary(calls),
    body: table(
      'Tool calls',
      [{ title: 'Tool' }, { title: 'Server' }, { title: 'Result' }, { title: 'When' }, { title: 'Took', number: true }],
      calls.listed.map((call) => ({
        cells: [
          name(call.tool),
          name(call.server),
          result(call.result),
          call.startedAt === null ? dash : moment(call.startedAt),
          seconds(call.elapsedSeconds),
        ],
      })),
    ),
  })
}

function receiptsSection({ receipts }: RunView): Html | null {
  if (receipts.total === 0) return null
  return section({
    id: 'receipts',
    title: 'What was let through, and what was not',
    lead: summary(receipts),
    body: table(
      'Receipts',
      [
        { title: 'Route' },
        { title: 'Decision' },
        { title: 'Rules' },
        { title: 'Upstream' },
        { title: 'Approval' },
        { title: 'Receipt' },
      ],
      receipts.listed.map((receipt) => ({
        cells: [
          name(receipt.route),
          html`${result(receipt.outcome)}${receipt.mode === 'review' ? ' (only recorded)' : null}`,
          shown(receipt.rules.length === 0 ? null : receipt.rules.join(', ')),
          shown(receipt.upstream),
          shown(receipt.approval),
          code(receipt.receipt),
        ],
      })),
    ),
  })
}

function verdictsSection({ verdicts }: RunView): Html | null {
  if (verdicts.total === 0) return null
  return section({
    id: 'verdicts',
    title: 'What detectors said',
    lead: summary(verdicts),
    body: table(
      'Verdicts',
      [{ title: 'Detector' }, { title: 'Verdict' }, { title: 'Of' }, { title: 'Confidence', number: true }],
      verdicts.listed.map((verdict) => ({
        cells: [
          html`${name(verdict.detector)} <span class="quiet">${name(verdict.version)}</span>`,
          html`${result(verdict.result)}${verdict.shadow ? ' (shadow)' : null}`,
          code(verdict.subject),
          orDash(verdict.confidence),
        ],
      })),
    ),
  })
}
