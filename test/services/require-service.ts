import { lookUp, type ServiceName } from './layout.mjs'

/**
 * True where the service is installed. Where it is absent: prints why and gives false, so that a test can say
 * `describe.runIf(requireService('postgres'))`; with `CI=true` it throws instead, because there nothing is skipped.
 */
export function requireService(name: ServiceName): boolean {
  const { present, detail } = lookUp(name)
  if (present) return true
  const reason = `${name} is absent: ${detail}`
  if (process.env['CI'] === 'true') throw new Error(reason)
  process.stderr.write(`skipped: ${reason}\n`)
  return false
}
