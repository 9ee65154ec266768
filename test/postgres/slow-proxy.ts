import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

interface SlowProxy extends AsyncDisposable {
  readonly port: number
  /** How many it has taken. */
  connections(): number
}

/**
 * A TCP proxy on loopback in front of a port: every byte arrives `delayMs` later in either direction, and nothing is
 * passed on in the first `firstMs` of a connection.
 */
export async function slowProxy(to: number, delays: { delayMs?: number; firstMs?: number }): Promise<SlowProxy> {
  const { delayMs = 0, firstMs = 0 } = delays
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((client) => {
    connections += 1
    const opened = performance.now()
    const target = connect(to, '127.0.0.1')
    const pass = (from: Socket, into: Socket) => {
      const later = (step: () => void) => {
        const wait = Math.max(delayMs, opened + firstMs - performance.now())
        setTimeout(step, wait)
      }
      from.on('data', (chunk) => later(() => into.write(chunk)))
      from.on('end', () => later(() => into.end()))
      from.on('error', () => into.destroy())
      sockets.add(from)
    }
    pass(client, target)
    pass(target, client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A listening TCP server has an address of that kind.
  const { port } = server.address() as AddressInfo
  return {
    port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
