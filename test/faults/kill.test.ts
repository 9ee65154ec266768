import { expect, test } from 'vitest'
import { killWriters, SEED } from './killed-ledger.js'
import { PHASES } from './killed-writer.js'
import { fullBounds, reportFaults } from './report.js'
import { sampled } from './sampled.js'

/** 30 deaths in `npm test`; `npm run faults:kill` and `npm run reliability` take 1,000. */
const ROUNDS = Number(process.env['CLYRA_KILL_ROUNDS'] ?? (fullBounds ? 1000 : 30))

test(`${ROUNDS} writers are killed at random moments: nothing acknowledged is lost, and no reader saw what is gone`, async () => {
  const deaths = await killWriters({ rounds: ROUNDS })
  process.stderr.write(
    `seed ${SEED}; killed in ${[...deaths].map(([phase, count]) => `${phase} ${count}`).join(', ')}\n`,
  )
  const never = PHASES.filter((phase) => (deaths.get(phase) ?? 0) === 0)
  expect(ROUNDS < 50 ? [] : never).toEqual([])
  reportFaults('kill', [
    {
      fault: 'SIGKILL at a random moment',
      where: [...deaths].map(([phase, count]) => `${phase} (${count})`).join(', '),
      cases: ROUNDS,
      survived: ROUNDS,
      rule: 'nothing acknowledged is lost, batches are whole, a repetition gives one copy, a reader sees no gap and nothing that goes, fsck finds nothing',
      mutation: 'acknowledge before the append; give a repeated batch new ids',
    },
  ])
}, 3_600_000)

const MUTANTS = [
  { what: 'acknowledges before it has appended', mutant: 'early', shown: /acknowledged/ },
  { what: 'gives a repeated batch new ids', mutant: 'new ids', shown: /is there twice/ },
] as const

test.each(sampled(MUTANTS, 2))('the same deaths show a writer that $what', async ({ mutant, shown }) => {
  await expect(killWriters({ rounds: 60, mutant })).rejects.toThrow(shown)
})
