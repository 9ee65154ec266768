import * as z from 'zod'
import { codesOf, NO_VERSION_CONTROL } from '../codes/index.js'
import { countString, hexDigest, label } from './shapes.js'

export const artifact = {
  /** A whole file, copied into the artefact store when it was read. */
  'dev.clyra.artifact.captured.v1': z.strictObject({
    name: label,
    mediaType: label,
    sha256: hexDigest,
    size: countString,
    /** The dbt invocation that the file itself names, null where it names none. */
    invocation: label.nullable(),
  }),
  /** What version control says of the project as a whole, or why it says nothing. */
  'dev.clyra.artifact.repository.v1': z
    .strictObject({
      invocation: label,
      /** Commit id of HEAD. */
      commit: z
        .string()
        .regex(/^[0-9a-f]{40,64}$/)
        .nullable(),
      /** A file that git tracks below the project differs from that commit. */
      modified: z.boolean().nullable(),
      unavailable: z.enum(codesOf(NO_VERSION_CONTROL)).nullable(),
    })
    .refine((d) => (d.commit === null) === (d.unavailable !== null), 'has a commit exactly where it is available'),
  /** A source file of the project as it lay on disk when the run was captured: its raw bytes, not dbt's checksum. */
  'dev.clyra.artifact.source.v1': z
    .strictObject({
      /** Relative to the project, with `/`. */
      path: label,
      nodes: z.array(label),
      /** Plain digest: only for files under version control. */
      sha256: hexDigest.nullable(),
      /** HMAC of the digest under the key of the run's fingerprints for files that are not; it dies with the run's subject key. */
      fingerprint: hexDigest.nullable(),
      /** Commit id of HEAD, null outside version control. */
      commit: z
        .string()
        .regex(/^[0-9a-f]{40,64}$/)
        .nullable(),
      /** True where the file differs from that commit (then the commit does not give these bytes). */
      modified: z.boolean(),
      /** Why there is no digest. */
      unavailable: z.enum(['missing', 'unreadable']).nullable(),
    })
    .refine(
      (d) => [d.sha256, d.fingerprint, d.unavailable].filter((value) => value !== null).length <= 1,
      'has one of digest, fingerprint and the reason why there is neither',
    )
    .refine((d) => d.sha256 === null || d.commit !== null, 'has a plain digest only under version control'),
} as const
