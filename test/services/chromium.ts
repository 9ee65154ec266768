import { findChromium } from './layout.mjs'

/** Path of the Chromium to drive headless. Throws where there is none: ask `requireService('chromium')` first. */
export function chromium(): string {
  const found = findChromium()
  if (found === undefined) throw new Error('no chromium on this machine: node test/services/install.mjs chromium')
  return found
}

/** For a start without a screen, that asks nobody for anything. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
]
