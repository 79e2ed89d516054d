// A test that is explored, where one moment comes and another one does not.
import { expect, login, state, test } from '../playwright/test.mjs'

const disturbances = ['mk_token request 1: late by 1ms', 'subscribe answer 7: lost']

test.explore('explored', { disturbances, tag: '@explored' }, async ({ page, kandy }, testInfo) => {
  const [annotation] = testInfo.annotations
  expect(annotation?.description).toBe(kandy.disturbance)
  expect(testInfo.title).toBe(kandy.disturbance === undefined ? 'explored' : `explored: ${kandy.disturbance}`)
  await page.goto('/')
  await login(page, await kandy.addUser())
  await expect(state(page)).toHaveText('Online')
})
