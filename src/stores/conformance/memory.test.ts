import { describe, it } from 'vitest'
import { describeEventLog, describeLogStore } from './index.js'
import { memoryLedgers, memoryLogStores } from './memory.test.support.js'

describeLogStore('memory', memoryLogStores, { describe, it })
describeEventLog('memory', memoryLedgers(), { describe, it })
