/**
 * Every reader that is fuzzed, by the file beside this one that holds it as `targets`. Data alone: a session loads the
 * files it needs, since making the seeds of one may take longer than finding a hole in another.
 */
export const TARGET_FILES: Readonly<Record<string, readonly string[]>> = {
  'json-targets.ts': ['json-admit', 'json-parse-strict', 'json-foreign', 'json-verifier'],
  'note-targets.ts': ['note-open', 'note-checkpoint', 'note-verifier', 'decimal'],
  'zip-targets.ts': ['zip-verifier', 'zip-replay'],
  'proof-targets.ts': [
    'multiproof',
    'multiproof-verifier',
    'inclusion',
    'consistency',
    'heads-path',
    'heads-path-verifier',
  ],
  'record-targets.ts': ['record', 'record-reader', 'record-verifier'],
  'segment-targets.ts': ['frame', 'segment', 'recovery'],
  'document-targets.ts': ['proof.json', 'heads.json', 'openings.json', 'manifest.dsse.json', 'manifest.json'],
  'tile-targets.ts': ['entry-bundle', 'entry-bundle-verifier', 'tiles', 'bundle'],
}

export const TARGET_NAMES: readonly string[] = Object.values(TARGET_FILES).flat()
