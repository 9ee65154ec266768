import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const LOWEST = 12_000
const ATTEMPTS = 100

/**
 * A TCP port of the loopback interface that nobody listened on a moment ago. It lies below the range from which the
 * system gives ports to clients and to `listen(0)`: until it is bound only another caller that draws the same number
 * can take it. What can listen by itself uses `listen(0)`.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST, firstEphemeral())
    if (await isFree(port)) return port
  }
  throw new Error(`no free port in ${ATTEMPTS} attempts`)
}

function firstEphemeral(): number {
  try {
    const first = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/)[0])
    return first > LOWEST + 1000 ? first : 32_768
  } catch {
    return 32_768
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
