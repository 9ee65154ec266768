import { utf8 } from '../canonical/index.js'
import { sha256 } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'

/**
 * The id of an event that is read from files, so that reading twice gives the same event: a UUIDv8 (RFC 9562, 5.8)
 * of the first 16 bytes of SHA-256("clyra.id/1\n" source "\n" natural key).
 *
 * `naturalKey` is made of ids and ordinals only, never of text: an id stands in clear in the log for ever.
 * Throws EVENT_INVALID for an empty part or a source with a line feed (two pairs could then share a preimage).
 *
 * @example eventIdFor('dbt:log', 'run-42/statement/17')
 */
export function eventIdFor(source: string, naturalKey: string): string {
  if (source === '' || naturalKey === '' || source.includes('\n')) {
    throw new ClyraError('EVENT_INVALID', 'an event id needs a source of one line and a natural key', {
      details: { field: source === '' || source.includes('\n') ? 'source' : 'naturalKey' },
    })
  }
  const digest = sha256(utf8(`clyra.id/1\n${source}\n${naturalKey}`))
  digest[6] = (digest[6]! & 0x0f) | 0x80
  digest[8] = (digest[8]! & 0x3f) | 0x80
  const text = Buffer.from(digest.buffer, digest.byteOffset, 16).toString('hex')
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`
}
