import type { JsonValue } from '../../../src/json.js'
import type { RunStory } from '../../../src/run-story.js'
import { edit } from '../../edit-json.js'
import type { Draft } from '../../ledger-maker.js'
import {
  anchor,
  closed,
  completed,
  exited,
  gap,
  invoked,
  node,
  RUN,
  relation,
  reread,
  sampleLedger,
  started,
} from '../../sample-ledger.js'
import { against, good, type Vector } from '../vector.js'

const complete = { completeness: 'complete', reasons: [] } as const
const unneeded = { completeness: 'not-needed', reasons: [] } as const
const unasked = { completeness: 'not-asked', reasons: ['after-missing', 'before-missing'] } as const
const asked = { completeness: 'asked', reasons: [] } as const

export type Changes = Partial<Omit<RunStory, 'voices'>> & { readonly voices?: Partial<RunStory['voices']> }

/** A closed run of these records, and what follows from them beside that nobody was heard. */
export const told = (name: string, shows: string, drafts: readonly Draft[], changes: Changes): Vector =>
  toldOpen(name, shows, [...drafts, closed()], changes)

/** A run of these records that nobody has closed for them. */
export function toldOpen(
  name: string,
  shows: string,
  drafts: readonly Draft[],
  { voices, ...changes }: Changes,
): Vector {
  const heard = { claim: unneeded, log: unneeded, warehouse: unasked, ...voices }
  const story: RunStory = { completeness: 'complete', reasons: [], outcome: 'unknown', ...changes, voices: heard }
  const ledger = sampleLedger([started(), ...drafts])
  return { ...good(`run-${name}`, shows, ledger), run: { id: RUN, ...story } }
}

/** The draft with other members of its data. */
export const having = (draft: Draft, changes: Record<string, JsonValue | undefined>): Draft => ({
  ...draft,
  data: edit(Object.fromEntries(Object.entries(changes).map(([name, value]) => [`/${name}`, value])))(
    draft.data as Record<string, JsonValue>, // the drafts of runs have objects as data
  ),
})

/** DEF, section 6: members of another form, and records that are nearly the same. */
export function runReadings(): Vector[] {
  return [...outcomeReadings(), ...warehouseReadings()]
}

function outcomeReadings(): Vector[] {
  const claim = { claim: complete }
  return [
    told('signal-empty', 'An empty text as signal is a text.', [exited(0, '')], { outcome: 'interrupted' }),
    told('exit-code-text', 'An exit code that is a text is none.', [having(exited(0), { exitCode: '143' })], {}),
    ...[true, false].map((exitCode) =>
      against(
        'run-story.ts',
        "typeof exit.code === 'number' ? exit.code : null",
        "typeof exit.code === 'number' || typeof exit.code === 'boolean' ? Number(exit.code) : null",
        told(`exit-code-${exitCode}`, `An exit code ${exitCode} is no number.`, [having(exited(0), { exitCode })], {}),
      ),
    ),
    told('exit-code-137', 'An exit code that a launcher gives for a signal.', [exited(137)], {
      outcome: 'interrupted',
    }),
    told('exit-code-negative', 'A negative exit code.', [exited(-1)], { outcome: 'failed' }),
    told('exited-twice', 'The last record of the exit counts.', [exited(1), exited(0)], { outcome: 'succeeded' }),
    told('exited-last-without-code', 'The last record of the exit says nothing.', [exited(1), exited(null)], {}),
    told(
      'success-text',
      'A success that is a text is none.',
      [having(completed('claim', true), { success: 'false' })],
      {
        voices: claim,
      },
    ),
    told(
      'failed-and-succeeded',
      'Of two ends of invocations the one that failed counts.',
      [completed('claim', false), completed('claim', true)],
      {
        outcome: 'failed',
        voices: claim,
      },
    ),
    against(
      'run-story.ts',
      "JSON.stringify([type, voiceOf(record) ?? null, memberOf(data, 'node')])",
      "[type, voiceOf(record), memberOf(data, 'node')].join(' ')",
      told(
        'voice-with-a-space',
        'Voice and node are two texts: joined by a space these two steps would be one.',
        [
          having(node('claim a', 'interrupted', { relation: null }), { node: 'b' }),
          having(node('claim', 'success', { relation: null }), { node: 'a b' }),
        ],
        { outcome: 'interrupted', voices: claim },
      ),
    ),
    told(
      'interrupted-then-success',
      'The last status of one voice and node counts.',
      [node('claim', 'interrupted', { relation: null }), node('claim', 'success', { relation: null })],
      { voices: claim },
    ),
    told(
      'interrupted-without-voice',
      'A step of no voice is a step.',
      [having(node('claim', 'interrupted'), { voice: undefined })],
      {
        outcome: 'interrupted',
      },
    ),
    against(
      'run-story.ts',
      "STEPS.has(type) && typeof memberOf(data, 'node') === 'string'",
      'STEPS.has(type)',
      told(
        'interrupted-without-node',
        'A step of no node is none.',
        [having(node('claim', 'interrupted'), { node: null })],
        {
          voices: claim,
        },
      ),
    ),
    told('data-of-no-object', 'Data that are no object have no members.', [{ ...exited(1), data: [1] }], {}),
    told(
      'reread-of-voices-that-nobody-has',
      'A later reading that names an unknown voice.',
      [gap('log-missing'), reread(['x'])],
      {},
    ),
  ]
}

function warehouseReadings(): Vector[] {
  const both = [anchor('before'), anchor('after')]
  const claim = { claim: complete }
  const unread = { completeness: 'partly', reasons: ['relations-not-read'] } as const
  return [
    told(
      'anchor-code-of-another-form',
      'A code that is not of its form is unknown.',
      [anchor('before', 'Lower'), anchor('after')],
      {
        voices: { warehouse: { completeness: 'partly', reasons: ['before-unknown'] } },
      },
    ),
    told('anchor-phase-unknown', 'A phase of another name is neither.', [anchor('during')], {}),
    told(
      'anchor-late-reading',
      'A phase without reading that has one too is read.',
      [anchor('before', 'TIMED_OUT'), ...both],
      { voices: { warehouse: asked } },
    ),
    against(
      'warehouse-heard.ts',
      "text(memberOf(data, 'voice')) ?? undefined",
      "String(memberOf(data, 'voice'))",
      told(
        'voice-of-a-list',
        'A voice that is a list of a text is none: nothing was built by claim.',
        [...both, having(node('claim', 'success'), { voice: ['claim'] })],
        { voices: { warehouse: asked } },
      ),
    ),
    told(
      'relation-other',
      'Two relations of one node, and the one that was told last of each counts: the node was read.',
      [
        ...both,
        node('claim', 'success'),
        relation(true),
        having(relation(null), { relation: ['shop', 'public', 'other'] }),
      ],
      { voices: { ...claim, warehouse: asked } },
    ),
    against(
      'warehouse-heard.ts',
      "if (type === 'dev.clyra.snapshot.relation.v1') {",
      "if (type === 'dev.clyra.snapshot.relation.v1' && Array.isArray(memberOf(data, 'relation'))) {",
      told(
        'relation-text',
        'A relation that the warehouse names by a text is one that was read.',
        [...both, node('claim', 'success'), having(relation(true), { relation: 'orders' })],
        { voices: { ...claim, warehouse: asked } },
      ),
    ),
    against(
      'warehouse-heard.ts',
      "memberOf(data, 'relation') ?? null])",
      "Array.isArray(memberOf(data, 'relation')) ? memberOf(data, 'relation') : null])",
      told(
        'relation-of-two-texts',
        'Two relations by two texts are two: one of them was read.',
        [
          ...both,
          node('claim', 'success'),
          having(relation(true), { relation: 'orders' }),
          having(relation(null), { relation: 'other' }),
        ],
        { voices: { ...claim, warehouse: asked } },
      ),
    ),
    told(
      'relation-absent-is-read',
      'A relation that is not there was looked up.',
      [...both, node('claim', 'success'), relation(false)],
      {
        voices: { ...claim, warehouse: asked },
      },
    ),
    told(
      'ephemeral-by-claim',
      "claim's word on how a node is materialized counts before log's.",
      [...both, node('claim', 'success', { materialized: 'ephemeral' }), node('log', 'success')],
      { voices: { claim: complete, log: complete, warehouse: asked } },
    ),
    told(
      'ephemeral-by-log-alone',
      "log's word does not count where claim says otherwise.",
      [...both, node('claim', 'success'), node('log', 'success', { materialized: 'ephemeral' })],
      { voices: { claim: complete, log: complete, warehouse: unread } },
    ),
    told(
      'relation-null',
      'A node without a relation builds nothing.',
      [...both, node('claim', 'success', { relation: null })],
      {
        voices: { ...claim, warehouse: asked },
      },
    ),
    told(
      'command-null',
      'A command that is no text is not asked for what it needs.',
      [having(invoked('log', 'parse'), { command: null }), invoked('log', 'parse')],
      { voices: { log: complete, warehouse: unneeded } },
    ),
    told(
      'commands-of-two-kinds',
      'One command that needs a warehouse is enough.',
      [invoked('log', 'parse'), invoked('log', 'build')],
      {
        voices: { log: complete },
      },
    ),
  ]
}
