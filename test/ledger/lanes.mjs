/** A projection of what `append-forever.mjs` appends: of each lane how many events it has, and the ids of the last ones. */
export const lanes = {
  name: 'lanes',
  version: 1,
  partition: ({ event }) => (event.stream.startsWith('lane-') ? event.stream : undefined),
  initial: () => ({ count: 0, last: [] }),
  apply: ({ count, last }, { event }) => ({ count: count + 1, last: [...last.slice(-4), event.id] }),
  render: (state) => state,
}
