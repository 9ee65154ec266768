import type { JsonObject } from '../../src/json.js'
import type { Draft } from '../ledger-maker.js'
import { closed, link, other, RUN, reread, sampleLedger, started } from '../sample-ledger.js'
import { against, bad, good, type Vector } from './vector.js'

/** What belongs to a run although it lies in another stream: claimed, no more and no less. */
export function linkVectors(): Vector[] {
  return [...soundVectors(), ...refusedVectors(), ...manyVectors()]
}

const APPROVAL = 'approval-01940000-0000-7000-8000-00000000cccc'
const SWITCH = 'killswitch-global'
const granted = (): Draft => ({ stream: APPROVAL, type: 'org.example.approval.granted.v1', data: { by: 'a' } })
const revoked = (): Draft => ({ stream: APPROVAL, type: 'org.example.approval.revoked.v1', data: { by: 'b' } })
const linking = (...drafts: Draft[]) => sampleLedger([started(), ...drafts])
const both = () => linking(granted(), link(APPROVAL), link(SWITCH), closed(), revoked())
const without =
  (stream: string) =>
  (streams: string[]): string[] =>
    streams.filter((one) => one !== stream)

function soundVectors(): Vector[] {
  return [
    good(
      'links',
      'A run that rests on an approval, revoked since, and on a kill-switch of which there is no record.',
      both(),
    ),
    good('link-twice', 'One stream, linked twice, is one claim.', linking(link(APPROVAL), link(APPROVAL), closed())),
    against(
      'run-start.ts',
      'if (closed) late.push(link.stream)',
      'if (false) late.push(link.stream)',
      good(
        'link-after-close',
        'A link behind the end of the run claims nothing: the stream is not in the bundle.',
        linking(granted(), closed(), link(APPROVAL)),
      ),
    ),
    good(
      'link-after-void-close',
      'A later reading makes the end void, and yet adds no link.',
      linking(granted(), closed(), reread(['log']), link(APPROVAL), closed()),
    ),
    good(
      'link-before-reread',
      'A later reading takes no link back.',
      linking(granted(), link(APPROVAL), closed(), reread(['log', 'claim']), closed()),
    ),
    good('link-of-open-run', 'A run that was never closed, with a link.', linking(link(APPROVAL), granted())),
    good(
      'link-of-link',
      'What a linked stream links itself is not part of the bundle.',
      linking({ ...link('policy-main'), stream: APPROVAL }, link(APPROVAL), closed()),
    ),
  ]
}

function refusedVectors(): Vector[] {
  const refused = (name: string, shows: string, changes: JsonObject) => {
    const draft = link(APPROVAL)
    const data = { ...(draft.data as JsonObject), ...changes } // the maker's own data
    return bad('negative', name, 'RECORD_DATA_INVALID', shows, { ledger: linking({ ...draft, data }, closed()) })
  }
  const late = linking(granted(), closed(), link(APPROVAL))
  const ofLink = linking({ ...link('policy-main'), stream: APPROVAL }, link(APPROVAL), closed())
  return [
    bad('truncated', 'link-left-out', 'CLAIM_MISSING', 'The linked approval is left out, with its revocation.', {
      ledger: both(),
      lies: { streams: without(APPROVAL) },
    }),
    bad('truncated', 'link-absent-left-out', 'CLAIM_MISSING', 'That a linked stream is absent is not claimed.', {
      ledger: both(),
      lies: { streams: without(SWITCH) },
    }),
    bad('negative', 'link-late-claimed', 'CLAIM_UNEXPECTED', 'A stream is claimed that was linked after the end.', {
      ledger: late,
      lies: { streams: (streams) => [...streams, APPROVAL] },
    }),
    bad('negative', 'link-of-link-claimed', 'CLAIM_UNEXPECTED', 'A stream is claimed that a linked stream links.', {
      ledger: ofLink,
      lies: { streams: (streams) => [...streams, 'policy-main'] },
    }),
    bad('negative', 'link-of-nobody', 'CLAIM_UNEXPECTED', 'An approval is claimed that the run does not link.', {
      ledger: linking(granted(), closed()),
      lies: { streams: (streams) => [...streams, APPROVAL] },
    }),
    against(
      'record-data.ts',
      'return link.stream.startsWith(',
      'return true || link.stream.startsWith(',
      refused('link-role-of-another', 'A role that is not the category of the stream.', { role: 'policy' }),
    ),
    refused('link-role-unknown', 'A role that the list does not have.', { role: 'friend', stream: 'friend-1' }),
    refused('link-to-run', 'A run, linked as if it were an approval.', { stream: `run-${RUN}` }),
    refused('link-to-ledger', 'A stream of the ledger itself.', { stream: 'ledger-keys', role: 'ledger' }),
    refused('link-no-stream', 'No stream is named.', { stream: 'approval-' }),
  ]
}

function manyVectors(): Vector[] {
  const streams = Array.from({ length: 65 }, (_, i) => `session-${String(i).padStart(2, '0')}`)
  const links = (count: number) => linking(...streams.slice(0, count).map((stream) => link(stream)), closed())
  return [
    good('links-64', 'Sixty-four links, the most that a run has.', links(64)),
    bad('negative', 'links-65', 'MANIFEST_MALFORMED', 'Sixty-five links: more claims than a manifest has.', {
      ledger: links(65),
    }),
    bad('negative', 'links-65-one-left-out', 'CLAIM_MISSING', 'Sixty-five links, one of which is not claimed.', {
      ledger: links(65),
      lies: { streams: without('session-64') },
    }),
    bad('negative', 'links-late-other-run', 'CLAIM_UNEXPECTED', 'Another run, claimed beside.', {
      ledger: linking(other(), closed()),
      lies: { streams: (all) => [...all, 'run-other'] },
    }),
  ]
}
