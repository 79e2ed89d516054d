'use strict'

const { seconds } = require('./duration.js')

/** How far the columns before the last one go. */
const WHO = 24

/**
 * What happened as text: a line for each record of the journal.
 *
 * @param {{ records: object[], missed: number, user?: string }} given
 */
function transcript({ records, missed, user }) {
  const isMeant = (record) => user === undefined || record.user === user || record.user === null || record.kind === 'command'
  const lines = records.filter(isMeant).map((record) => `${seconds(record.time).padStart(10)}  ${lineOf(record)}`)
  const head = missed > 0 ? [`(${missed} older records are not kept any more)`] : []
  return [...head, ...lines].join('\n')
}

const row = (who, kind, what) => `${who.padEnd(WHO)}  ${kind.padEnd(8)}  ${what}`

function lineOf(record) {
  const who = record.user ?? 'platform'
  const by = record.fault === null || record.fault === undefined ? '' : `  by fault ${record.fault}`
  switch (record.kind) {
    case 'request':
      return row(who, 'request', `${record.method} ${addressOf(record)}  ${record.answered}${by}`)
    case 'upgrade':
      return row(who, 'socket', `${record.socket ?? '-'} opens ${addressOf(record)}  ${record.answered}${by}`)
    case 'opened':
      return row(who, 'socket', `${record.socket} open`)
    case 'closed':
      return row(who, 'socket', `${record.socket} closed by the ${record.by}${record.code === null ? ', cut' : `, ${record.code}`}`)
    case 'pings':
      return row(who, 'frame', `${record.socket} ping${record.count === 1 ? '' : `  ${record.count} times, until ${seconds(record.last)}`}`)
    case 'frameIn':
      return row(who, 'frame', `${record.socket} > ${record.frame.beginning}`)
    case 'frameOut':
      return row(who, 'frame', `${record.socket} < ${record.frame.beginning}`)
    case 'expired':
      return row(who, 'expired', String(record.subscription))
    case 'command':
      if (record.name === 'mark') return row('test', 'mark', record.arguments.text)
      return row(who, 'command', `${record.name} ${JSON.stringify(record.arguments)}`)
    default:
      return row(who, record.kind, record.reason ?? '')
  }
}

function addressOf({ path, query }) {
  const pairs = Object.entries(query ?? {}).map(([name, value]) => `${name}=${value}`)
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`
}

module.exports = { transcript }
