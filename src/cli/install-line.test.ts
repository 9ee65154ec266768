import { expect, it } from 'vitest'
import { installLine } from './install-line.js'

it('puts the package where this program finds it: beside a global install, else into its project', () => {
  expect(installLine('/home/ann/.local/lib/node_modules/clyra', 'pg')).toBe(
    'npm install -g --prefix /home/ann/.local pg',
  )
  expect(installLine("/srv/ann's shop/node_modules/clyra", 'pg')).toBe("npm install --prefix '/srv/ann'\\''s shop' pg")
  // A clone has it among the tools of the development.
  expect(installLine('/srv/clyra', 'pg')).toBe('npm install pg')
})
