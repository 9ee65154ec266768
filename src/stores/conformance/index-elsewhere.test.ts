import { describe, it } from 'vitest'
import { describeEventLog } from './index.js'
import { elsewhere } from './index-elsewhere.test.support.js'
import { memoryLedgers } from './memory.test.support.js'

describeEventLog('a ledger whose index lies elsewhere', memoryLedgers(undefined, elsewhere), { describe, it })
