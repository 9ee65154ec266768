import { expect, it } from 'vitest'
import { ClyraError } from '../errors/index.js'
import { lasting, type Reached } from './lasting-appender.js'

/** One that answers after its holder was gone so many times, and counts what it was asked. */
function holders(gone: number) {
  const asked: string[] = []
  let closed = 0
  const reached = (alive: boolean): Reached => {
    const answer = async <T>(what: string, value: T): Promise<T> => {
      asked.push(what)
      if (!alive) throw new ClyraError('HOLDER_GONE', 'gone')
      return value
    }
    return {
      appender: {
        append: () => answer('append', { position: 7n, positions: [7n], ids: ['a'], revision: 0n, replayed: false }),
        heads: () => answer('heads', { position: 8n }),
        sealed: () => answer('sealed', { size: 9n }),
        recordRedaction: () => answer('redaction', 1n),
        rotateEvidenceKey: () => answer('rotate', { id: 'k', position: 1n }),
        revokeKey: () => answer('revoke', 1n),
      },
      close: async () => {
        closed++
      },
    }
  }
  let left = gone
  const appender = lasting(reached(left === 0), async () => reached(--left <= 0))
  return { appender, asked, closed: () => closed }
}

it('asks the next holder for what is recorded once however often it is asked', async () => {
  const { appender, asked, closed } = holders(3)
  expect((await appender.appender.append('s', 'any', [])).position).toBe(7n)
  expect((await appender.appender.heads()).position).toBe(8n)
  expect((await appender.appender.sealed(1n)).size).toBe(9n)
  expect([asked.length, closed()]).toEqual([6, 3])
})

it('asks nobody again for what may have been done', async () => {
  for (const ask of ['recordRedaction', 'rotateEvidenceKey', 'revokeKey'] as const) {
    const { appender, asked } = holders(1)
    const call: () => Promise<unknown> = {
      recordRedaction: () => appender.appender.recordRedaction('s', 'mistake'),
      rotateEvidenceKey: () => appender.appender.rotateEvidenceKey(),
      revokeKey: () => appender.appender.revokeKey('k', { reason: 'retired' }),
    }[ask]
    await expect(call()).rejects.toMatchObject({ code: 'HOLDER_GONE' })
    expect(asked).toHaveLength(1)
  }
})

it('gives up where one holder after the other ends', async () => {
  const { appender } = holders(1000)
  await expect(appender.appender.heads()).rejects.toMatchObject({ code: 'HOLDER_GONE' })
})
