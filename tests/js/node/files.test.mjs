// The files by which others build and run this: the action, the workflow of a release, the container.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'

const { version, optionalDependencies } = createRequire(import.meta.url)('kandy-harness/package.json')
const read = (name) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8')
const SCENARIO = `// The platform is there.
platform.addUser("alice@example.com", "s3cret");
assertEq(platform.sockets().len(), 0);
`

test('the action runs scenarios, and leaves a report', (t) => {
  const { inputs, outputs, runs } = parse(read('action.yml'))
  assert.equal(runs.using, 'composite')
  assert.ok(runs.steps.every(({ run, shell }) => run === undefined || shell === 'bash'))
  const step = runs.steps.at(-1)
  for (const value of Object.values(step.env)) assert.ok(value.match(/inputs\.(\w+)/)[1] in inputs, value)
  const folder = mkdtempSync(join(tmpdir(), 'kandy-action-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'one.rhai'), SCENARIO)
  writeFileSync(join(folder, 'other.rhai'), SCENARIO)
  const env = { ...process.env, KANDY_PATHS: 'one.rhai other.rhai', KANDY_PROGRAM: process.env.KANDY_HARNESS, CI: '' }
  const { status, stdout, stderr } = spawnSync('bash', ['-eo', 'pipefail', '-c', step.run], { cwd: folder, env, encoding: 'utf8' })
  assert.equal(status, 0, stdout + stderr)
  assert.ok(existsSync(join(folder, outputs.report.value)))
  assert.match(readFileSync(join(folder, outputs.report.value), 'utf8'), /tests="2"/)
})

test('a release is made for each system that the package names, and publishes nothing', () => {
  const text = read('.github/workflows/release.yml')
  const { jobs, permissions } = parse(text)
  const systems = jobs.program.strategy.matrix.include.map(({ system }) => `@kandy-harness/${system}`)
  assert.deepEqual(systems.sort(), Object.keys(optionalDependencies).sort())
  assert.equal(new Set(jobs.program.strategy.matrix.include.map(({ target }) => target)).size, 5)
  const steps = Object.values(jobs).flatMap((job) => job.steps)
  for (const { uses, run } of steps) assert.ok(uses === undefined ? run : /^actions\/[\w-]+@v\d+$/.test(uses), uses)
  assert.deepEqual(permissions, { contents: 'read' })
  assert.doesNotMatch(text, /npm publish|cargo publish|secrets\./)
})

test('all parts of a release have one version', () => {
  assert.deepEqual(new Set(Object.values(optionalDependencies)), new Set([version]))
  assert.equal(read('Cargo.toml').match(/^version = "(.*)"$/m)[1], version)
  assert.ok(read('docs/install.md').includes(`kandy-harness-${version}.tgz ./kandy-harness-linux-x64-${version}.tgz`))
})

test('the container has the program and nothing else', () => {
  const instructions = read('Containerfile').split('\n').filter((line) => /^[A-Z]/.test(line)).map((line) => line.split(' ')[0])
  assert.deepEqual(instructions, ['FROM', 'COPY', 'USER', 'WORKDIR', 'EXPOSE', 'ENTRYPOINT', 'CMD'])
  assert.match(read('Containerfile'), /^FROM scratch$/m)
})
