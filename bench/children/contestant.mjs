// A process of its own for one contestant, through all rounds of a case: see `appenderApart` in rows/appender.mjs.
import { contestantsFor } from '../contestants/index.mjs'
import { BREAKS } from '../mutations/peers.mjs'
import { answerCalls } from '../processes.mjs'
import { appender } from '../rows/appender.mjs'

const { key, place, shape, broken } = JSON.parse(process.argv[2])
const whole = contestantsFor(shape.batch).find((one) => one.key === key)

answerCalls(appender(broken?.key === key ? BREAKS[broken.how](whole) : whole, place, shape))
