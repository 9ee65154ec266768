import { describeWarehouse } from './describe-warehouse.js'
import { type Account, memoryKind } from './memory-warehouse.js'

describeWarehouse('in memory', async () => {
  const tables = new Set(['shop.orders'])
  const accounts = new Map<string, Account>([
    ['here', { identity: '1', schema: 'shop', tables }],
    ['another', { identity: '2', schema: 'shop', tables }],
    ['silent', 'silent'],
  ])
  let connections = 0
  const target = (account: string) => ({ account, schema: 'shop', password: 'canary-secret' })
  return {
    kind: memoryKind(accounts, () => {
      connections += 1
    }),
    target: target('here'),
    unreachable: target('nowhere'),
    silent: target('silent'),
    another: target('another'),
    needed: 'account',
    secret: 'canary-secret',
    schema: 'shop',
    there: { node: 'model.shop.orders', relation: ['db', 'shop', 'orders'] },
    absent: { node: 'model.shop.gone', relation: ['db', 'shop', 'gone'] },
    connections: () => connections,
    state: async () => [...tables],
    close: async () => undefined,
  }
})
