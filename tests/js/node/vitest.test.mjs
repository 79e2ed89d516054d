// What is told of a test that fails in Vitest.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('..', import.meta.url))

test('the transcript ends the message, and a crash is not a pass', () => {
  const words = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'failing/vitest.config.mjs', '--root', '.', '--reporter', 'json']
  const { stdout, stderr } = spawnSync(process.execPath, words, { cwd: FOLDER, encoding: 'utf8' })
  assert.ok(stdout.startsWith('{'), stdout + stderr)
  const [missing, crashed] = JSON.parse(stdout).testResults[0].assertionResults
  assert.equal(missing.status, 'failed')
  const [message] = missing.failureMessages
  assert.match(message, /expected a refresh_token of user-1@example.com, but there were 0/)
  assert.match(message, /kandy transcript:\n[^]*addUser[^]*mark {6}here/)
  assert.equal(crashed.status, 'failed')
  assert.match(crashed.failureMessages.join('\n'), /was ended by SIGKILL/)
})
