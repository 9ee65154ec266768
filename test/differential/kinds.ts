import type { FaultRow } from '../faults/report.js'

/** What the inputs have in common that are made in one way; and a verifier that is found by them. */
export interface Kind extends Pick<FaultRow, 'fault'> {
  readonly mutation: {
    /** What the changed verifier in Go does. */
    readonly title: string
    /** Where in `verifier/go`, what stands there once, and what it is changed to. */
    readonly file: string
    readonly ours: string
    readonly theirs: string
  }
}

export type KindName = 'spoiled' | 'documents' | 'records' | 'demands' | 'logs'

export const KINDS: Readonly<Record<KindName, Kind>> = {
  spoiled: {
    fault: 'what was signed is spoiled: bytes, ZIP structure, files, notes, signatures, envelopes',
    mutation: {
      title: 'ignores a line of a known key that does not verify',
      file: 'internal/note/note.go',
      ours: 'candidates > 0 && !verified',
      theirs: 'false && !verified',
    },
  },
  documents: {
    fault: 'a document says something else, and what follows from it is made honestly and signed',
    mutation: {
      title: 'takes any path of a stream head',
      file: 'bundle.go',
      ours: '!path.LeadsTo(',
      theirs: 'false && !path.LeadsTo(',
    },
  },
  records: {
    fault: 'records are others, and what follows from them is made honestly and signed',
    mutation: {
      title: 'lets a key be introduced twice',
      file: 'internal/keys/keys.go',
      ours: 'if f.keys[key.ID] != nil {',
      theirs: 'if false {',
    },
  },
  demands: {
    fault: 'a caller asks for what is not there, or gives later keys that settle nothing',
    mutation: {
      title: 'says nothing of a source of later keys that settles nothing',
      file: 'later.go',
      ours: 'b.later.found("later-keys", "KEYS_MAY_HAVE_CHANGED")',
      theirs: '',
    },
  },
  logs: {
    fault: 'a published log of records by chance, a file of it spoiled',
    mutation: {
      title: 'takes any hash tile of the right size',
      file: 'tiles.go',
      ours: '|| !isPrefix(file, hashes):',
      theirs: '|| false:',
    },
  },
}
