// What `npm pack` makes installs offline into an empty folder, and a test of Playwright passes there.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const PEERS = ['@playwright/test', 'playwright', 'playwright-core']
const { KANDY_HARNESS: binary, ...environment } = process.env

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kandy-tarballs-')))
const [packed, empty] = ['packed', 'empty'].map((name) => join(folder, name))
try {
  mkdirSync(packed)
  mkdirSync(empty)
  run(HERE, process.execPath, '../../client/npm/pack.mjs', '--binary', binary, '--out', packed)
  for (const peer of PEERS) run(join(HERE, 'node_modules', peer), 'npm', 'pack', '--silent', '--offline', '--pack-destination', packed)
  // Without a registry, and without what this machine may have of one.
  const tarballs = readdirSync(packed).map((name) => join(packed, name))
  const npm = ['--offline', '--no-audit', '--no-fund', '--cache', join(folder, 'cache')]
  run(empty, 'npm', 'install', ...npm, ...tarballs)
  writeFileSync(join(empty, 'playwright.config.mjs'), `export { default } from ${JSON.stringify(join(HERE, 'chromium.config.mjs'))}\n`)
  writeFileSync(join(empty, 'login.spec.mjs'), SPEC())
  run(empty, 'npx', '--offline', 'playwright', 'test')
} finally {
  rmSync(folder, { recursive: true })
}

/** The quickstart page of the server is an application, too. */
function SPEC() {
  return `import { expect, test } from 'kandy-harness/playwright'
test('login', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await page.goto(kandy.url + '/quickstart')
  await page.getByLabel('User name').fill(alice.name)
  await page.getByLabel('Password').fill(alice.password)
  await page.getByRole('button', { name: 'Login' }).click()
  await expect(alice).toBeConnected()
})
`
}

function run(cwd, program, ...words) {
  const { status, error } = spawnSync(program, words, { cwd, env: environment, stdio: 'inherit', timeout: 300_000 })
  if (status !== 0) {
    console.error(`${[program, ...words].join(' ')} has failed in ${cwd}`, error ?? '')
    rmSync(folder, { recursive: true, force: true })
    process.exit(1)
  }
}
