// What is told of tests that fail: those of `failing` are run, and the report of each is looked at.
import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { expect, test } from '@playwright/test'

// Where the tests run is the folder of the configuration.
const CONFIGURATION = resolve('failing/playwright.config.mjs')
const COLORS = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')
/** Each failing test, what its message says, and what the first attachment is called. */
const EXPECTED = {
  'a check fails': [/toHaveText/, 'kandy transcript'],
  'a request is missing': [/expected 1 refresh_token answered with 200 of user-1@example.com, but there were 0/, 'kandy transcript'],
  'a request is too many': [/expected no mk_token of user-1@example.com, but there were 1:\n {2}GET \/v2.0\/auth\/mk_token at 0.000 s, answered with 401/, 'kandy transcript'],
  'a request that is not to be there': [/expected no subscribe of user-1@example.com, but there were 1:\n {2}POST .* answered with 200/, 'kandy transcript'],
  'the server crashes': [/was ended by SIGKILL/, 'kandy server'],
  'the server crashes, and the test does not notice': [/was ended by SIGKILL/, 'kandy server'],
  'the page never loads the SDK': [/no page has read `window.kandyConfig`: does it load Kandy.js, and give that to `create`\?/, 'kandy transcript']
}

test('what is told of tests that fail', async ({}, testInfo) => {
  test.slow()
  const words = [resolve('node_modules/@playwright/test/cli.js'), 'test', '--config', CONFIGURATION, '--output', join(testInfo.outputDir, 'inner')]
  const report = await new Promise((ended) => {
    execFile(process.execPath, words, { maxBuffer: 1 << 26 }, (_, stdout) => ended(JSON.parse(stdout)))
  })
  const [failing, explored] = report.suites
  const results = new Map(failing.specs.map(({ title, tests }) => [title, tests[0].results[0]]))
  expect([...results.keys()].sort()).toEqual(Object.keys(EXPECTED).sort())
  for (const [title, [message, name]] of Object.entries(EXPECTED)) {
    const { status, errors } = results.get(title)
    expect(status, title).toBe('failed')
    expect(errors.map(({ message }) => message).join('\n').replace(COLORS, ''), title).toMatch(message)
    expect(attachments(results.get(title))[name], title).toBeTruthy()
  }
  // One whose moment does not come has not passed, and says why.
  const told = explored.specs.map(({ title, tests }) => [title, tests[0].results[0].status, tests[0].annotations.map(({ type, description }) => `${type}: ${description}`)])
  const [late, lost] = ['mk_token request 1: late by 1ms', 'subscribe answer 7: lost']
  expect(told).toEqual([
    ['explored', 'passed', []],
    [`explored: ${late}`, 'passed', [`disturbance: ${late}`]],
    [`explored: ${lost}`, 'skipped', [`disturbance: ${lost}`, `skip: not reached: ${lost}`]]
  ])
  expect(explored.specs[0].line).toBe(6)

  const result = results.get('a check fails')
  const attached = attachments(result)
  const lines = attached['kandy transcript'].split('\n').map((line) => line.trim().split(/\s{2,}/).slice(2).join(' '))
  expect(lines).toContain('mark she tries to log in')
  expect(lines.findIndex((line) => line.startsWith('mark'))).toBeLessThan(lines.findIndex((line) => line.startsWith('request')))
  expect(lines.some((line) => /^request POST subscribe 503 by fault 1, number 1: /.test(line))).toBe(true)
  expect(JSON.parse(attached['kandy journal']).some(({ point }) => point === 'subscribe')).toBe(true)
  expect(JSON.parse(attached['kandy faults'])).toMatchObject([{ point: 'subscribe' }])
  expect(result.steps.map(({ title }) => title)).toContain('she tries to log in')
})

function attachments({ attachments }) {
  const withBody = attachments.filter(({ body }) => body)
  return Object.fromEntries(withBody.map(({ name, body }) => [name, Buffer.from(body, 'base64').toString()]))
}
