import { defineConfig } from '@playwright/test'
import chromium from '../chromium.config.mjs'

export default defineConfig({ ...chromium, testDir: '.', testMatch: '*.spec.mjs', fullyParallel: true, workers: 2, reporter: 'json' })
