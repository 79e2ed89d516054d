'use strict'

/** What helps to understand a failure, to be attached to the report of a test. */
async function whatHappened(kandy) {
  const failure = kandy.server?.failure
  if (failure !== undefined) return [{ name: 'kandy server', body: failure.message, contentType: 'text/plain' }]
  const [text, { records }, { faults }] = await Promise.all([
    kandy.transcript(), kandy.journal({ since: 0, limit: 10_000 }), kandy.state()
  ])
  const json = (value) => JSON.stringify(value, null, 2)
  return [
    { name: 'kandy transcript', body: text, contentType: 'text/plain' },
    { name: 'kandy journal', body: json(records), contentType: 'application/json' },
    { name: 'kandy faults', body: json(faults), contentType: 'application/json' }
  ]
}

module.exports = { whatHappened }
