/** Peers with one broken part. */

/** The last event of every round is left out. */
export const losing = (contestant) => ({
  ...contestant,
  ready: async (store, shape) => {
    const work = await contestant.ready.call(contestant, store, shape)
    work.at(-1).events.pop()
    return work
  },
})

/** The first event of every round is another one. */
export const changing = (contestant) => ({
  ...contestant,
  ready: async (store, shape) => {
    const work = await contestant.ready.call(contestant, store, shape)
    const [{ events }] = work
    events[0] = Buffer.isBuffer(events[0])
      ? Buffer.from(events[0]).fill(32, 0, 1)
      : { ...events[0], source: '/another' }
    return work
  },
})

/** Ends its process in the middle of a round. */
const dying = (contestant) => ({ ...contestant, append: () => process.exit(3) })

/** Throws what is no check of the benchmark's. */
const throwing = (contestant) => ({
  ...contestant,
  append: async () => {
    throw new RangeError('the disk is full')
  },
})

/** What `--break key:how` may name, for a contestant in a process of its own. */
export const BREAKS = { loses: losing, changes: changing, dies: dying, throws: throwing }
