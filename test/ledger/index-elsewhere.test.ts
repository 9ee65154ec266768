import { describe, it } from 'vitest'
import { describeEventLog } from '../../src/stores/conformance/index.js'
import { elsewhere } from '../../src/stores/conformance/index-elsewhere.test.support.js'
import { memoryLedgers } from '../../src/stores/conformance/memory.test.support.js'

describeEventLog('a ledger whose index lies elsewhere', memoryLedgers(undefined, elsewhere), { describe, it })
