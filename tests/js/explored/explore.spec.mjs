// The same session by `test.explore`: a test for each disturbance.
import { createRequire } from 'node:module'
import { test } from '../playwright/test.mjs'
import { session } from './session.mjs'

test.use({ kandy: { clock: 'manual' } })

// What frames and closes meet is for a clock that does not wait for the page.
const all = createRequire(import.meta.url)('../../../client/npm/src/disturbances.js').filter((one) => !/^(ping|close|frame) .*: (lost|late|twice)/.test(one))
const most = Number(process.env.KANDY_DISTURBANCES ?? 5)

test.explore('a session', { disturbances: all.slice(0, most) }, async ({ page, kandy }) => session({ page, kandy }))
