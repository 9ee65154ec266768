import * as z from 'zod'
import { codesOf, FINDINGS } from '../codes/index.js'
import type { Upcaster } from '../upcaster.js'
import { label, relationName, voice } from './shapes.js'

/** What version 1 said. */
const raised = z.strictObject({
  code: z.enum(codesOf(FINDINGS)),
  disposition: z.enum(['unconfirmed', 'contradicted', 'unclaimed']),
  severity: z.enum(['high', 'medium', 'low']),
  node: label.nullable(),
  /** Ids of the events that disagree, sorted. */
  events: z.array(label),
  voices: z.array(voice).min(1),
  /** Pairs of what each voice says, e.g. ["claim", "success"], ["log", "error"]: statuses and counts, never text. */
  said: z.array(z.tuple([label, label])),
})

export const finding = {
  /** Two voices do not agree. `unconfirmed`: one says it, no other does; `contradicted`: another says otherwise; `unclaimed`: seen, but not claimed. */
  'dev.clyra.finding.raised.v1': raised,
  'dev.clyra.finding.raised.v2': z.strictObject({
    ...raised.shape,
    /** What it is about in the warehouse; null where it is about a step, a test or a statement as a whole. */
    relation: relationName.nullable(),
  }),
} as const

export const findingUpcasters = {
  'dev.clyra.finding.raised.v1': {
    to: 'dev.clyra.finding.raised.v2',
    // Version 1 named a relation only in the words of `said`, where a dot may be part of a name.
    data: (data) => ({ ...data, relation: null }),
  },
} as const satisfies Readonly<Record<string, Upcaster>>
