// Made from the table of verbs by a test of the server, which says how to make it anew.
'use strict'

module.exports = [
  { name: 'addUser', places: [{ name: 'user' }, { name: 'password' }], options: ['services', 'tokenLifetime', 'subscriptionLifetime', 'hmac', 'authname', 'bearer'] },
  { name: 'removeUser', places: [{ name: 'user' }], options: [] },
  { name: 'setPassword', places: [{ name: 'user' }, { name: 'password' }], options: [] },
  { name: 'setOptions', places: [{ name: 'user' }], options: ['services', 'tokenLifetime', 'subscriptionLifetime', 'hmac', 'authname', 'bearer'] },
  { name: 'anyUser', places: [{ name: 'enabled' }], options: [] },
  { name: 'issueToken', places: [{ name: 'user' }], options: ['accessToken', 'refreshToken', 'oauthToken', 'lifetime'] },
  { name: 'expireToken', places: [{ name: 'user' }], options: [] },
  { name: 'endSubscription', places: [{ name: 'user' }], options: [] },
  { name: 'grantServices', places: [{ name: 'user' }, { name: 'services' }], options: [] },
  { name: 'fail', places: [{ name: 'point' }, { name: 'how' }], options: [] },
  { name: 'clear', places: [{ name: 'point' }], options: ['id', 'user'] },
  { name: 'offline', places: [], options: ['user'] },
  { name: 'online', places: [], options: ['user'] },
  { name: 'cut', places: [{ name: 'user' }], options: ['socket', 'subscription'] },
  { name: 'close', places: [{ name: 'user' }, { name: 'code' }, { name: 'reason' }], options: ['socket', 'subscription'] },
  { name: 'silence', places: [{ name: 'user' }], options: ['socket', 'subscription'] },
  { name: 'send', places: [{ name: 'user' }, { name: 'message' }], options: ['socket', 'subscription'] },
  { name: 'sendRaw', places: [{ name: 'user' }, { name: 'text', bytes: 'base64' }], options: ['socket', 'subscription'] },
  { name: 'gone', places: [{ name: 'user' }], options: ['retryAfter', 'id'] },
  { name: 'tokenLifetime', places: [{ name: 'lifetime' }], options: [] },
  { name: 'answerPings', places: [{ name: 'enabled' }], options: ['user'] },
  { name: 'latency', places: [{ name: 'latency' }], options: ['user'] },
  { name: 'reset', places: [], options: [] },
  { name: 'mark', places: [{ name: 'text' }], options: [] },
]
