// The package as CommonJS.
import harness = require('kandy-harness')
import playwright = require('kandy-harness/playwright')

export const started: Promise<harness.Kandy> = harness.start()
export const { test } = playwright
