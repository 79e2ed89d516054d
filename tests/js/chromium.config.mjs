// Debian's Chromium, for every configuration of Playwright here.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']
const FOLDERS = (process.env.PATH ?? '').split(delimiter)
export const program = NAMES.flatMap((name) => FOLDERS.map((folder) => join(folder, name))).find(existsSync)

const QUIET = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-proxy-server']

export default {
  // Nothing here waits for a time to pass: what is bound to come has this long on a busy machine.
  timeout: 60_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: { launchOptions: { executablePath: program, chromiumSandbox: false, args: QUIET } }
}
