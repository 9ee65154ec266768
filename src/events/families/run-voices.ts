/** Exit codes by which a shell or a launcher tells that a signal (HUP, INT, KILL, TERM) ended what it had started. */
export const INTERRUPTED_EXIT_CODES: readonly number[] = [129, 130, 137, 143]

/** Beginnings of types that have one voice, whatever their data say. */
export const VOICE_OF_TYPES: Readonly<Record<string, 'log' | 'warehouse'>> = {
  'dev.clyra.anchor.': 'warehouse',
  'dev.clyra.snapshot.': 'warehouse',
  'dev.clyra.dbt.statement.': 'log',
}
/** Types that begin so say themselves who speaks. */
export const VOICED_TYPES = 'dev.clyra.dbt.'

/** Who speaks in a record of a run: `claim`, `log`, `warehouse`; undefined where it is of no voice. */
export function voiceOfRecord({ type, data }: { readonly type: string; readonly data: unknown }): string | undefined {
  for (const prefix in VOICE_OF_TYPES) if (type.startsWith(prefix)) return VOICE_OF_TYPES[prefix]
  if (!type.startsWith(VOICED_TYPES)) return undefined
  // Holds: data of an admitted record is an object, and every type of dbt's has a voice.
  return (data as { readonly voice?: string }).voice
}

/** Types of which a later reading voids what stands before it. */
export const VOIDED_BY_REREAD: readonly string[] = [
  'dev.clyra.run.gap.v1',
  'dev.clyra.run.closed.v1',
  'dev.clyra.window.closed.v1',
  'dev.clyra.finding.raised.v1',
  'dev.clyra.finding.raised.v2',
]

/** Types that may stand behind the end of a run: words about what it did, never what it does. Both profiles have the same. */
export const LATE_WORDS: readonly string[] = [
  'dev.clyra.anchor.confirmed.v1',
  'dev.clyra.anchor.contradicted.v1',
  'dev.clyra.finding.raised.v1',
  'dev.clyra.finding.raised.v2',
  'dev.clyra.run.gap.v1',
  'dev.clyra.verdict.given.v1',
]

/** Members of data that name a stream which the run must have linked. */
export const STREAM_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  'dev.clyra.receipt.issued.v1': ['approval'],
}
