import { hex, u64be, utf8 } from '../../../src/bytes.js'
import type { JsonObject, JsonValue } from '../../../src/json.js'
import { sha256 } from '../../../src/sha256.js'
import type { FaultCode } from '../../../src/spec.generated.js'
import { claimOf } from '../../bundle-maker.js'
import { edit } from '../../edit-json.js'
import type { Draft, TestLedger } from '../../ledger-maker.js'
import { DRAFTS, other, RUN, sampleLedger } from '../../sample-ledger.js'
import { against, bad, type Vector } from '../vector.js'

/** The honest ledger with one more record behind its heads record. */
function ending(draft: Draft): TestLedger {
  const ledger = sampleLedger()
  ledger.append(draft)
  return ledger
}

/** DEF, section 5: the last record, the paths and what they state. */
export function headsReadings(): Vector[] {
  const ledger = sampleLedger()
  const earlierLie = sampleLedger(DRAFTS(), {}, { data: { size: '1', root: '0'.repeat(64) } })
  const streams = ['ledger-heads', 'ledger-keys', 'ledger-redactions', `run-${RUN}`]
  const path = (stream: string) => `/paths/${streams.indexOf(stream)}`
  const runStream = `run-${RUN}`
  const heads = (name: string, code: FaultCode, shows: string, changes: Record<string, JsonValue>) =>
    bad('forged', name, code, shows, { ledger, lies: { heads: edit(changes) } })
  const last = ledger.records[8]!
  const own = {
    key: hex(sha256(utf8('clyra.head.key/1\n'), utf8(runStream))),
    value: hex(sha256(utf8('clyra.head/1\n'), u64be(last.revision), last.leaf)),
  }
  const ofClaimedHeads: readonly (readonly [string, string, JsonObject | null, number[]])[] = [
    [
      'claim-of-ledger-heads-other',
      'A claim for ledger-heads with another head than the heads record links to.',
      { revision: '5', leaf: hex(ledger.records[2]!.leaf) },
      [2],
    ],
    ['claim-of-ledger-heads-absent', 'A claim that ledger-heads is absent, and no line of it but the last.', null, []],
  ]
  return [
    against(
      'heads.ts',
      '!sameHead(head, claim)',
      'stream !== stream',
      heads(
        'heads-other-head',
        'HEADS_CLAIM_MISMATCH',
        'A path whose head is not the claimed one, although its siblings fit: the head is compared.',
        { [`${path(runStream)}/head/revision`]: '4' },
      ),
    ),
    heads(
      'heads-other-head-of-heads',
      'HEADS_CLAIM_MISMATCH',
      'The path of ledger-heads names another head than the heads record links to.',
      { [`${path('ledger-heads')}/head/revision`]: '1' },
    ),
    heads('heads-absent-of-heads', 'HEADS_CLAIM_MISMATCH', 'The path of ledger-heads says absence.', {
      [`${path('ledger-heads')}/head`]: null,
    }),
    bad(
      'negative',
      'claim-of-ledger-heads',
      'CLAIM_UNEXPECTED',
      'A claim for ledger-heads: its one path serves both.',
      {
        ledger,
        lies: {
          claims: (claims) => [
            claimOf('ledger-heads', { revision: '0', leaf: hex(ledger.records[2]!.leaf) }),
            ...claims,
          ],
          positions: (positions) => [...positions, 2].sort((a, b) => a - b),
        },
      },
    ),
    bad(
      'negative',
      'claim-of-ledger-heads-earlier',
      'CLAIM_UNEXPECTED',
      'A heads record of a bundle before the last one that does not cover the records before it: the last one alone is judged.',
      {
        ledger: earlierLie,
        lies: {
          claims: (claims) => [
            claimOf('ledger-heads', { revision: '0', leaf: hex(earlierLie.records[2]!.leaf) }),
            ...claims,
          ],
          positions: (positions) => [...positions, 2].sort((a, b) => a - b),
        },
      },
    ),
    ...ofClaimedHeads.map(([name, shows, head, lines]) =>
      against(
        'heads.ts',
        'stream === STREAM ? beforeLast : (streams.get(stream) ?? null)',
        'stream === STREAM ? head : (streams.get(stream) ?? null)',
        bad('forged', name, 'HEADS_CLAIM_MISMATCH', shows, {
          ledger,
          lies: {
            claims: (claims) => [claimOf('ledger-heads', head), ...claims],
            positions: (positions) => [...positions, ...lines].sort((a, b) => a - b),
          },
        }),
      ),
    ),
    bad(
      'forged',
      'last-line-of-unclaimed-stream',
      'STREAM_NOT_CLAIMED',
      'The last line is of a stream that nobody claims.',
      {
        ledger: ending(other('run-other', 9)),
      },
    ),
    bad(
      'forged',
      'last-line-of-another-type',
      'RESERVED_TYPE',
      'The last line stands in ledger-heads and is no heads record.',
      {
        ledger: ending(other('ledger-heads', 9)),
      },
    ),
    heads('heads-position', 'HEADS_FILE_MISMATCH', 'heads.json with another position.', { '/position': '8' }),
    bad('negative', 'heads-path-more', 'HEADS_PATH_MISSING', 'A path for a stream that is not claimed.', {
      ledger,
      lies: {
        heads: (it) => ({
          ...it,
          paths: [...(it['paths'] as JsonObject[]), { ...(it['paths'] as JsonObject[])[0]!, stream: 'run-z' }],
        }),
      },
    }),
    against(
      'heads-map.ts',
      'equalBytes(other.keyHash, keyHash) || ',
      '',
      bad(
        'forged',
        'absence-by-own-leaf',
        'HEADS_PATH_INVALID',
        "The absence of a run that is there, 'shown' by its own leaf.",
        {
          ledger,
          lies: {
            positions: (positions) => positions.filter((position) => ![3, 5, 6, 8].includes(position)),
            claims: (claims) =>
              claims.map((claim) => (claim['stream'] === runStream ? claimOf(runStream, null) : claim)),
            heads: edit({ [`${path(runStream)}/head`]: null, [`${path(runStream)}/other`]: own }),
            manifest: edit({
              '/run/completeness': 'unknown',
              '/run/reasons': ['run-not-closed'],
              '/external': [],
              '/governance': null,
              '/payout': null,
            }),
          },
        },
      ),
    ),
  ]
}
