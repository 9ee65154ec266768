import { spawn } from 'node:child_process'
import type { Environment } from './environment.js'

/**
 * Opens a file in the user's browser and goes on. Resolves to false where there is no screen to show it on, or where
 * the system's opener cannot be started.
 */
export function openInBrowser({ platform, variables }: Environment, path: string): Promise<boolean> {
  const opener = openerOf(platform, variables)
  if (opener === undefined) return Promise.resolve(false)
  const [program, ...args] = opener
  return new Promise((resolve) => {
    const child = spawn(program, [...args, path], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => resolve(true))
    child.unref()
  })
}

function openerOf(platform: string, variables: Environment['variables']): [string, ...string[]] | undefined {
  if (platform === 'darwin') return ['open']
  // `start` is a word of the shell; `rundll32` takes the path as it is, whatever is in it.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return variables['DISPLAY'] || variables['WAYLAND_DISPLAY'] ? ['xdg-open'] : undefined
}
