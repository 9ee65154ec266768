import { userInfo } from 'node:os'
import { isAbsolute } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { folderNamed, homeOf, userFolder } from './user-folders.js'

it('a folder of the user is never one of the working directory, whatever the environment says', () => {
  const text = fc.oneof(fc.constantFrom('', '.', './x', '../x', 'x', ' ', '~', '~/x', '/x', '//'), fc.string())
  const given = fc.option(text, { nil: undefined })
  fc.assert(
    fc.property(given, given, given, (HOME, XDG_CONFIG_HOME, XDG_STATE_HOME) => {
      const variables = { HOME, XDG_CONFIG_HOME, XDG_STATE_HOME }
      const home = homeOf(variables)
      expect(isAbsolute(home)).toBe(true)
      for (const kind of ['config', 'state'] as const) expect(isAbsolute(userFolder(kind, variables, home))).toBe(true)
    }),
  )
})

it('an empty or relative variable means the same as none', () => {
  for (const value of ['', '.', 'x', '../x', undefined]) {
    expect(folderNamed({ X: value }, 'X')).toBeUndefined()
    expect(homeOf({ HOME: value })).toBe(userInfo().homedir)
    expect(userFolder('config', { XDG_CONFIG_HOME: value }, '/home/a')).toBe('/home/a/.config')
    expect(userFolder('state', { XDG_STATE_HOME: value }, '/home/a')).toBe('/home/a/.local/state')
  }
})

it('an absolute one is taken', () => {
  const variables = { HOME: '/h', XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s' }
  expect(homeOf(variables)).toBe('/h')
  expect(userFolder('config', variables, '/h')).toBe('/c')
  expect(userFolder('state', variables, '/h')).toBe('/s')
})
