/**
 * CLYRA_FUZZ_SEED; without it the check of a change is the same at every run, and `npm run fuzz`, which says how long
 * it goes on, looks elsewhere each time.
 */
export function fuzzSeed(): number {
  const anywhere = process.env['CLYRA_FUZZ_SECONDS'] !== undefined
  return Number(process.env['CLYRA_FUZZ_SEED'] ?? (anywhere ? Math.floor(Math.random() * 2 ** 31) : 1))
}
