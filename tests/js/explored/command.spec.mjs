// What `kandy-harness explore` runs as a command: at its platform, and once in each run.
import { test } from '../playwright/test.mjs'
import { session } from './session.mjs'

test.use({ kandy: { url: process.env.KANDY_URL } })

test('a session', async ({ page, kandy }) => session({ page, kandy }))
