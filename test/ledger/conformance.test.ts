import { describe, it } from 'vitest'
import { describeEventLog, describeLogStore } from '../../src/stores/conformance/index.js'
import { embeddedLedgers, embeddedLogStores } from './embedded-fixtures.js'

describeLogStore('embedded', embeddedLogStores, { describe, it })
describeEventLog('embedded', embeddedLedgers, { describe, it })
