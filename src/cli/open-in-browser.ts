import { parse } from 'node:path'
import { startProgram } from '../system/index.js'
import type { Environment } from './environment.js'

/** What a program with windows needs to find its screen, its user's settings and the browser that the user chose. */
const PASSED = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'TMPDIR', 'BROWSER'],
  ...['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS', 'DESKTOP_SESSION'],
  ...['XDG_RUNTIME_DIR', 'XDG_SESSION_TYPE', 'XDG_CURRENT_DESKTOP', 'XDG_DATA_DIRS', 'XDG_DATA_HOME'],
  ...['XDG_CONFIG_DIRS', 'XDG_CONFIG_HOME', 'KDE_FULL_SESSION', 'KDE_SESSION_VERSION', 'GNOME_DESKTOP_SESSION_ID'],
  ...['WSL_DISTRO_NAME', 'WSL_INTEROP', 'SystemRoot', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'],
]

/**
 * Opens a file in the user's browser and goes on. Resolves to false where there is no screen to show it on, or where
 * the system's opener cannot be started. It starts at the root: nothing of the working directory is its business.
 */
export async function openInBrowser({ platform, variables }: Environment, path: string): Promise<boolean> {
  const opener = openerOf(platform, variables)
  if (opener === undefined) return false
  const [program, ...args] = opener
  const started = startProgram(program, [...args, path], {
    cwd: parse(path).root,
    variables,
    pass: PASSED,
    stdio: 'ignore',
    detached: true,
  })
  return started.then(
    (child) => {
      child.unref()
      return true
    },
    () => false,
  )
}

function openerOf(platform: string, variables: Environment['variables']): [string, ...string[]] | undefined {
  if (platform === 'darwin') return ['open']
  // `start` is a word of the shell; `rundll32` takes the path as it is, whatever is in it.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return variables['DISPLAY'] || variables['WAYLAND_DISPLAY'] ? ['xdg-open'] : undefined
}
