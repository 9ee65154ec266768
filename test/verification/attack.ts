/**
 * What a verifier must refuse, and what it must let pass: a row for each, with the golden vectors and the other forms that
 * carry it. A word of a list names a vector (`*` stands for any letters). In which list it stands says where the attack
 * lies, and so who else can be asked: nobody, or whoever reads that part.
 */
export interface Attack {
  readonly attack: string
  /** The attack lies in records, proofs of a bundle, documents, the archive: other programs do not read these. */
  readonly vectors?: string
  /** It lies in the files of a tree of tiles. */
  readonly tiles?: string
  /** It lies in the text or the lines of the checkpoint. */
  readonly notes?: string
  /** It lies in the bytes of the checkpoint's signature, or of the key. */
  readonly noteSignatures?: string
  /** It lies in the DSSE envelope. */
  readonly envelopes?: string
  /** It lies in the bytes of the envelope's signature, or in what is signed. */
  readonly envelopeSignatures?: string
  /** It lies in a key of ECDSA or RSA, which OpenSSL is asked to check. */
  readonly keys?: string
  /** Kinds of damage to a tree of tiles, `test/foreign/damages.ts`, by their names. */
  readonly damages?: readonly string[]
  /** The same, of damage to the checkpoint of that tree. */
  readonly noteDamages?: readonly string[]
  readonly signatureDamages?: readonly string[]
  /** Proofs in the form that Go's tlog checks, `proofs.ts`, by their names. */
  readonly proofs?: readonly string[]
}
