import { defineConfig } from '@playwright/test'
import chromium from './chromium.config.mjs'

export default defineConfig({
  ...chromium,
  testDir: 'playwright',
  outputDir: process.env.KANDY_JS_RESULTS ?? 'test-results',
  fullyParallel: true,
  workers: 2
})
