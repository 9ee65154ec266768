import { bundleFiles, evidenceKey, type Lies } from '../../verifier/ts/test/bundle-maker.js'
import type { Draft } from '../../verifier/ts/test/ledger-maker.js'
import { ARTIFACT, RUN, SALT, SEALED_VALUE } from '../../verifier/ts/test/sample-ledger.js'
import type { Random } from '../fuzz/engine/random.js'
import { type Honest, introduction, LEDGER_KEY, ledgerOf, p256, retired, revocation, rsa, type Step } from './bases.js'
import { runByChance } from './run-by-chance.js'

/** A ledger of a run by chance, with keys that come and go among its records, and its bundle. Throws where nobody can make one. */
export function baseByChance(random: Random): Honest {
  const steps: Step[] = [introduction(evidenceKey)]
  if (random.below(2) === 0) steps.push('heads')
  for (const draft of runByChance(random)) {
    steps.push(draft)
    if (random.below(10) === 0) steps.push(keyChange(random))
  }
  steps.push('heads')
  const ledger = ledgerOf(steps)
  const lies = liesByChance(random)
  return { name: 'by chance', steps, lies, ledger, files: bundleFiles(ledger, RUN, lies) }
}

/** A key that is introduced, or revoked, whether or not that makes sense. */
export function keyChange(random: Random): Draft {
  const keys = [evidenceKey, retired, p256, rsa]
  const key = random.pick(keys)
  if (random.below(2) === 0)
    return introduction(
      key,
      random.pick(['evidence', 'evidence', 'badge', 'receipt', 'ledger']),
      random.pick([null, null, evidenceKey.id, retired.id]),
    )
  return revocation(
    random.pick([...keys, LEDGER_KEY]),
    random.pick(['superseded', 'compromised', 'compromised', 'retired']),
    random.pick([null, null, null, '0', '3', '99']),
  )
}

/** What a bundle shows beside the records, and who signs it. */
function liesByChance(random: Random): Lies {
  const salt = Buffer.from(SALT).toString('hex')
  const opening = { position: String(random.below(9)), pointer: '/data/text', salt, value: SEALED_VALUE }
  const chance = (percent: number) => random.below(100) < percent
  return {
    ...(chance(15) && { signers: random.pick([[retired], [evidenceKey, retired], [p256], [rsa, evidenceKey]]) }),
    ...(chance(20) && { openings: [opening] }),
    ...(chance(10) && { embed: [random.pick([ARTIFACT, SALT])] }),
  }
}
