// What is told of a test that fails.
import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { expect, test } from '@playwright/test'

// Where the tests run is the folder of the configuration.
const CONFIGURATION = resolve('failing/playwright.config.mjs')

/** Runs the failing tests with a title, and gives what the reporter got of the one. */
async function failed(title, output) {
  const words = [resolve('node_modules/@playwright/test/cli.js'), 'test', '--config', CONFIGURATION, '--output', output, '-g', `${title}$`]
  const report = await new Promise((ended) => {
    execFile(process.execPath, words, { maxBuffer: 1 << 26 }, (_, stdout) => ended(JSON.parse(stdout)))
  })
  const [{ results: [result] }] = report.suites[0].specs[0].tests
  const attached = Object.fromEntries(result.attachments.filter(({ body }) => body).map(({ name, body }) => [name, Buffer.from(body, 'base64').toString()]))
  // eslint-disable-next-line no-control-regex
  return { status: result.status, message: result.errors.map(({ message }) => message).join('\n').replace(/\x1b\[\d+m/g, ''), attached, result }
}

const outputOf = (testInfo) => join(testInfo.outputDir, 'inner')

test('transcript, journal and faults are attached, and steps are marks', async ({}, testInfo) => {
  const { attached, result } = await failed('a check fails', outputOf(testInfo))
  const lines = attached['kandy transcript'].split('\n').map((line) => line.trim().split(/\s{2,}/).slice(2).join(' '))
  expect(lines).toContain('mark she tries to log in')
  expect(lines.findIndex((line) => line.startsWith('mark'))).toBeLessThan(lines.findIndex((line) => line.startsWith('request')))
  expect(lines.some((line) => /^request POST .*\/subscription\?.* 503 by fault 1$/.test(line))).toBe(true)
  expect(JSON.parse(attached['kandy journal']).some(({ point }) => point === 'subscribe')).toBe(true)
  expect(JSON.parse(attached['kandy faults'])).toMatchObject([{ point: 'subscribe' }])
  expect(result.steps.map(({ title }) => title)).toContain('she tries to log in')
})

for (const [title, expected] of [
  ['a request is missing', /expected 1 refresh_token answered with 200 of user-1@example.com, and there were 0/],
  ['a request is too many', /expected no mk_token of user-1@example.com, and there were 1:\n {2}GET \/v2.0\/auth\/mk_token at 0.000 s, answered with 401/],
  ['a request that is not to be there', /expected no subscribe of user-1@example.com, and there were 1:\n {2}POST .* answered with 200/],
  ['the server crashes', /was ended by SIGKILL/],
  ['the server crashes, and the test does not notice', /was ended by SIGKILL/],
  ['the page never loads the SDK', /no page has read `window.kandyConfig`: does it load Kandy.js, and give that to `create`\?/],
]) {
  test(`${title}: the message says so`, async ({}, testInfo) => {
    const { status, message, attached } = await failed(title, outputOf(testInfo))
    expect(status).toBe('failed')
    expect(message).toMatch(expected)
    const name = title.startsWith('the server') ? 'kandy server' : 'kandy transcript'
    expect(attached[name]).toBeTruthy()
  })
}
