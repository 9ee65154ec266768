/** A reader with a hole, and the target whose fuzzing has to find it. */
export interface Mutant {
  readonly hole: string
  readonly target: string
  readonly file: string
  /** Text of the file, there exactly once, and what stands in its place. */
  readonly from: string
  readonly to: string
}

/** At least one for each target: a fuzz that finds none of its own holes would find nobody's. */
export const MUTANTS: readonly Mutant[] = [
  {
    hole: 'takes a comma behind the last element',
    target: 'json-parse-strict',
    file: 'src/canonical/parse-strict.ts',
    from: 'values.push(this.#value(depth + 1))',
    to: 'if (this.#closes(0x5d)) return values\n values.push(this.#value(depth + 1))',
  },
  {
    hole: 'takes a name twice',
    target: 'json-parse-strict',
    file: 'src/canonical/parse-strict.ts',
    from: 'if (Object.hasOwn(members, name)) {',
    to: 'if (false) {',
  },
  {
    hole: 'takes a lone surrogate',
    target: 'json-foreign',
    file: 'src/canonical/parse-strict.ts',
    from: 'if (hasLoneSurrogate(out)) throw',
    to: 'if (false) throw',
  },
  {
    hole: 'admits what JSON.parse took without asking whether it is written so',
    target: 'json-admit',
    file: 'src/canonical/admit.ts',
    from: 'canonicalString(value) === text',
    to: 'canonicalString(value).length <= text.length',
  },
  {
    hole: 'takes members in any order',
    target: 'json-verifier',
    file: 'verifier/ts/src/json.ts',
    from: 'this.#canonical = false\n      } else greatest = name',
    to: '} else greatest = name',
  },
  {
    hole: 'takes -0',
    target: 'json-verifier',
    file: 'verifier/ts/src/json.ts',
    from: ' || Object.is(value, -0)',
    to: '',
  },
  {
    hole: 'reads base64 with bits left over',
    target: 'note-open',
    file: 'src/canonical/encoding.ts',
    from: "if (bytes.toString('base64') !== text)",
    to: "if (bytes.toString('base64').length !== text.length)",
  },
  {
    hole: 'ignores a bad signature of a known key',
    target: 'note-open',
    file: 'src/crypto/signed-note.ts',
    from: 'if (!ed25519Verifier(key.publicKey).verify(message, signature)) {',
    to: 'if (false) {',
  },
  {
    hole: 'takes a checkpoint with an extension line',
    target: 'note-checkpoint',
    file: 'src/crypto/checkpoint.ts',
    from: "lines.length !== 4 || origin === undefined || size === undefined || root === undefined || rest !== ''",
    to: 'lines.length < 4 || origin === undefined || size === undefined || root === undefined',
  },
  {
    hole: 'takes a size with a leading zero',
    target: 'note-verifier',
    file: 'verifier/ts/src/bytes.ts',
    from: '/^(0|[1-9][0-9]{0,15})$/',
    to: '/^([0-9]{1,16})$/',
  },
  {
    hole: 'takes a decimal above 2^53-1',
    target: 'decimal',
    file: 'src/canonical/decimal.ts',
    from: 'if (!Number.isSafeInteger(value)) {',
    to: 'if (Number.isNaN(value)) {',
  },
  {
    hole: 'does not write the archive anew',
    target: 'zip-verifier',
    file: 'verifier/ts/src/archive.ts',
    from: 'if (!isArchiveOf(bytes, files, checksums)) {',
    to: 'if (false) {',
  },
  {
    hole: 'does not check CRC-32',
    target: 'zip-verifier',
    file: 'verifier/ts/src/archive.ts',
    from: 'if (crc32(data) !== crc)',
    to: 'if (false)',
  },
  {
    hole: 'takes an archive that the one writer would not make',
    target: 'zip-replay',
    file: 'src/cli/evidence/read-zip.ts',
    from: 'if (Buffer.compare(zip(files), archive) !== 0)',
    to: 'if (zip(files).length !== archive.length)',
  },
]
