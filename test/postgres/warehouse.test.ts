import { createServer, type Server } from 'node:net'
import { describe } from 'vitest'
import { postgresWarehouse } from '../../connectors/postgres/index.js'
import { freePort } from '../services/free-port.js'
import { requireService, startPostgres } from '../services/index.js'
import { describeWarehouse } from '../warehouse/describe-warehouse.js'
import { slowProxy } from './slow-proxy.js'

describe.runIf(requireService('postgres'))('PostgreSQL as a warehouse', () => {
  describeWarehouse('postgres', async () => {
    const server = await startPostgres({ major: 15 })
    await server.query('create schema shop; create table shop.orders (id int); insert into shop.orders values (1)')
    const proxy = await slowProxy(server.port, {})
    const silent = await mute()
    const target = (port: number, dbname = 'postgres') => ({
      type: 'postgres',
      host: '127.0.0.1',
      port: String(port),
      user: 'postgres',
      password: 'canary-secret',
      sslmode: 'disable',
      dbname,
      schema: 'shop',
    })
    return {
      kind: postgresWarehouse,
      target: target(proxy.port),
      unreachable: target(await freePort()),
      silent: target(portOf(silent)),
      another: target(proxy.port, 'template1'),
      needed: 'user',
      secret: 'canary-secret',
      schema: 'shop',
      there: { node: 'model.shop.orders', relation: ['postgres', 'shop', 'orders'] },
      absent: { node: 'model.shop.gone', relation: ['postgres', 'shop', 'gone'] },
      connections: () => proxy.connections(),
      state: () =>
        server.query(
          `select xmin::text, id, (select jsonb_agg(relname order by oid) from pg_class where oid >= 16384) as named,
             pg_current_xact_id_if_assigned() as xid from shop.orders`,
        ),
      async close() {
        await proxy[Symbol.asyncDispose]()
        silent.close()
        await server.stop()
      },
    }
  })
})

/** Takes connections and says nothing. */
function mute(): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => socket.destroy()))
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it does not listen')
  return address.port
}
