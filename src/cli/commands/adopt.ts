import * as z from 'zod'
import { hex } from '../../canonical/index.js'
import { ClyraError } from '../../errors/index.js'
import type { Adoption } from '../../ledger/index.js'
import { storeOf, withWriter } from '../../runtime/index.js'
import { ledgerPlace, rememberIn } from '../../runtime/project/index.js'
import type { Objections } from '../../stores/state/index.js'
import { defineCommand } from '../command.js'
import type { Context } from '../context.js'
import { decimal, digest } from '../ledger/record-document.js'
import { facts } from '../table.js'

export const adopt = defineCommand({
  flags: [{ flags: '--yes', description: 'really do it: the record of it stays for ever' }],
  options: z.object({ yes: z.boolean().default(false) }),
  help: [
    'A copy that was made by `clyra backup`, or beside the original, is only read until it is adopted; so is a ledger of which a later checkpoint was signed than it bears out.',
    'First look for the newer state: the original, a younger backup. Where it is gone, adopting records in `ledger-adoptions` what is given up and a word for each lost position, and goes on behind them.',
    'Whoever holds a checkpoint that is given up will find this ledger DIVERGED, and the record of why. Tell them before they ask.',
  ].join(' '),
  examples: [
    ['clyra fsck', 'what is there is sound'],
    ['clyra adopt', 'what adopting would give up; a ledger that needs none says so'],
  ],
  json: z.strictObject({
    ledger: z.string(),
    adopted: z.boolean(),
    had: decimal,
    lost: decimal,
    givenUp: z.array(z.strictObject({ size: decimal, root: digest, reason: z.enum(['set-back', 'forked']) })),
    size: decimal,
  }),
  async run(context, _args, { yes }) {
    const place = ledgerPlace(context)
    const { state } = place
    const objections = await (await storeOf(context, place)).findObjections({
      directory: state,
      rememberIn: rememberIn(context),
      onWarning: (message) => context.output.warn(message),
    })
    if (!yes && (objections.copyOf !== undefined || objections.contradictions.length > 0)) throw unconfirmed(objections)
    return withWriter(
      context,
      async ({ ledger, appender, adoption }) => {
        const size = await ledger.size()
        if (adoption !== undefined) await appender.sealed(size - 1n)
        tell(context, state, adoption, size)
        return 0
      },
      { adopt: true },
    )
  },
})

function unconfirmed({ copyOf, contradictions }: Objections): ClyraError {
  const newest = contradictions[contradictions.length - 1]
  const copy = copyOf === undefined ? [] : [`this is a copy of the ledger in ${copyOf}`]
  const givenUp =
    newest === undefined
      ? []
      : [
          newest.reason === 'set-back'
            ? `it has ${newest.had} records, and a checkpoint of ${newest.seal.size} was signed: ${newest.seal.size - newest.had} records are lost for good`
            : `a checkpoint of ${newest.seal.size} records with another root was signed`,
          `whoever holds it will find this ledger diverged`,
        ]
  return new ClyraError('USAGE', `${[...copy, ...givenUp].join('; ')}. Nothing was changed`, {
    fix: 'clyra adopt --yes',
  })
}

function tell(context: Context, ledger: string, adoption: Adoption | undefined, size: bigint): void {
  const { had = Number(size), lost = 0, givenUp = [] } = adoption ?? {}
  const document = {
    ledger,
    adopted: adoption !== undefined,
    had: String(had),
    lost: String(lost),
    givenUp: givenUp.map(({ seal, reason }) => ({ size: String(seal.size), root: hex(seal.root), reason })),
    size: size.toString(),
  }
  context.output.result(document, () =>
    adoption === undefined
      ? `${ledger}: nothing to adopt; it is no copy, and bears out what is remembered of it`
      : facts([
          ['adopted', ledger],
          ['had', `${had} records`],
          ['lost', `${lost} positions, each with a word of its own`],
          ...givenUp.map(({ seal }) => ['given up', `the checkpoint of ${seal.size} records`] as const),
          ['goes on at', `${size} records`],
        ]),
  )
}
