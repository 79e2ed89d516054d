#!/usr/bin/env node
'use strict'

// The command as `npx kandy-harness`: the program, found as tests find it, with this one's arguments, streams and end.

const { spawn } = require('node:child_process')
const { findBinary } = require('./binary.js')

/** What a terminal sends to the program, too. It decides what comes of it, and this waits for that. */
const OF_TERMINAL = ['SIGINT', 'SIGQUIT', 'SIGHUP']

function main() {
  const program = spawn(findBinary(), process.argv.slice(2), { stdio: 'inherit' })
  for (const signal of OF_TERMINAL) process.on(signal, () => {})
  process.on('SIGTERM', () => program.kill('SIGTERM'))
  program.on('error', fail)
  program.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function fail({ message }) {
  console.error(message)
  process.exitCode = 2
}

try {
  main()
} catch (error) {
  fail(error)
}
