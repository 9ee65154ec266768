// A process that appends through who holds and serves a ledger: see rows/socket.mjs.
import { connectHolder } from '../../dist/src/runtime/resident/index.js'
import { userOf } from '../../dist/src/system/index.js'
import { answerCalls } from '../processes.mjs'
import { timed } from '../timed.mjs'
import { makeWorkload } from '../workload.mjs'

const { directory } = JSON.parse(process.argv[2])
const user = userOf(process.geteuid?.(), process.env)
const holder = await connectHolder(directory, { user, name: 'bench' })

answerCalls({
  /** One batch after the other, made before the clock starts; milliseconds until the last is acknowledged. */
  async append(shape) {
    const all = makeWorkload('v7').batches(shape)
    const { ms } = await timed(async () => {
      for (const { stream, expected, events } of all) await holder.append(stream, expected, events)
    })
    return ms
  },
})
