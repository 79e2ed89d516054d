// The application explored. Time stands still there, so that whatever does not come at once never does.
import { defineConfig } from '@playwright/test'
import chromium from '../chromium.config.mjs'

// A browser that is there already begins a run sooner.
const wsEndpoint = process.env.KANDY_BROWSER_ENDPOINT

export default defineConfig({
  ...chromium,
  testDir: '.',
  outputDir: process.env.KANDY_JS_RESULTS ?? '../test-results',
  timeout: 20_000,
  expect: { timeout: 1000 },
  reporter: 'line',
  workers: 2,
  fullyParallel: true,
  preserveOutput: 'never',
  use: { ...chromium.use, actionTimeout: 2000, ...(wsEndpoint && { connectOptions: { wsEndpoint } }) }
})
