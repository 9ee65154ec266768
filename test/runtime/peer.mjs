// A process that appends through whoever serves a ledger: node peer.mjs <state directory> <name> <batches>. A batch keeps
// its ids until it is acknowledged, whoever holds the ledger by then; what is acknowledged it prints.
import { setTimeout as sleep } from 'node:timers/promises'
import { eventIdFor } from '../../dist/src/index.js'
import { connectHolder } from '../../dist/src/runtime/resident/index.js'
import { userOf } from '../../dist/src/system/index.js'

const [directory = '.clyra', name = 'peer', batches = '10'] = process.argv.slice(2)
const user = userOf(process.geteuid?.(), {})
let holder
for (let batch = 0; batch < Number(batches); batch++) {
  const events = Array.from({ length: 1 + (batch % 5) }, (_, n) => ({
    id: eventIdFor(`/peer/${name}`, `${batch} ${n}`),
    time: new Date().toISOString(),
    type: 'com.example.beat.v1',
    source: `/peer/${name}`,
    data: { batch: String(batch), n: String(n) },
  }))
  for (let acknowledged = false; !acknowledged; ) {
    try {
      holder ??= await connectHolder(directory, { user, name })
      if (holder !== undefined) {
        const { positions, ids } = await holder.append(`beats-${name}`, 'any', events)
        if (batch % 7 === 0) await holder.heads()
        process.stdout.write(ids.map((id, n) => `ack ${positions[n]} ${id}\n`).join(''))
        acknowledged = true
      }
    } catch (error) {
      if (error.code !== 'HOLDER_GONE') throw error
      holder?.close()
      holder = undefined
    }
    await sleep(20)
  }
}
holder?.close()
