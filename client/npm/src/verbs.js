// Made from the table of verbs by a test of the server, which says how to make it anew.
'use strict'

module.exports = [
  { name: 'addUser', places: [{ name: 'user' }, { name: 'password' }], options: ['services', 'tokenLifetime', 'subscriptionLifetime'] },
  { name: 'removeUser', places: [{ name: 'user' }], options: [] },
  { name: 'setPassword', places: [{ name: 'user' }, { name: 'password' }], options: [] },
  { name: 'setOptions', places: [{ name: 'user' }], options: ['services', 'tokenLifetime', 'subscriptionLifetime'] },
  { name: 'anyUser', places: [{ name: 'enabled' }], options: [] },
  { name: 'issueToken', places: [{ name: 'user' }], options: ['accessToken', 'refreshToken', 'oauthToken', 'lifetime'] },
  { name: 'expireToken', places: [{ name: 'user' }], options: [] },
  { name: 'endSubscription', places: [{ name: 'user' }], options: [] },
  { name: 'grantServices', places: [{ name: 'user' }, { name: 'services' }], options: [] },
  { name: 'fail', places: [{ name: 'point' }, { name: 'how' }], options: [] },
  { name: 'clear', places: [{ name: 'point' }], options: [] },
  { name: 'offline', places: [], options: [] },
  { name: 'online', places: [], options: [] },
  { name: 'cut', places: [{ name: 'user' }], options: [] },
  { name: 'close', places: [{ name: 'user' }, { name: 'code' }, { name: 'reason' }], options: [] },
  { name: 'silence', places: [{ name: 'user' }], options: [] },
  { name: 'send', places: [{ name: 'user' }, { name: 'message' }], options: [] },
  { name: 'sendRaw', places: [{ name: 'user' }, { name: 'text', bytes: 'base64' }], options: [] },
  { name: 'gone', places: [{ name: 'user' }], options: ['retryAfter', 'id'] },
  { name: 'tokenLifetime', places: [{ name: 'lifetime' }], options: [] },
  { name: 'answerPings', places: [{ name: 'enabled' }], options: [] },
  { name: 'latency', places: [{ name: 'latency' }], options: [] },
]
