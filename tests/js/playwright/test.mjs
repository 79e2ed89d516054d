// The fixtures of the tests here: a platform for each test, and the application.
import { expect, test as base } from 'kandy-harness/playwright'
import { serveApplication } from '../app/server.mjs'

export { expect }

export const test = base.extend({
  application: [async ({}, use) => {
    const application = await serveApplication()
    await use(application)
    application.close()
  }, { scope: 'worker' }],
  baseURL: async ({ application }, use) => use(application.url)
})

/** Logs a user in, on the page of the application. */
export async function login(page, { name, password }) {
  await page.getByLabel('User name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
}

export const state = (page) => page.locator('#state')
export const banner = (page) => page.locator('#banner')
export const problem = (page) => page.locator('#problem')
