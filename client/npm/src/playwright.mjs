import playwright from './playwright.js'

export const { KandyError, expect, test } = playwright
