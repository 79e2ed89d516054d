// An application as many have it: a form to log in, a line that says how it stands, and the messages that come.
'use strict'

{
  // How long the user waits for an answer before being told that there is none.
  const PATIENCE = 15_000
  const REASONS = { GONE: 'Somebody else has ended it.', LOST_CONNECTION: 'The connection could not be restored.' }

  const kandy = globalThis.Kandy.create(globalThis.kandyConfig)
  const at = (id) => document.getElementById(id)
  let patience

  function say(id, text) {
    at(id).hidden = text === ''
    at(id).textContent = text
  }

  function show() {
    const { isConnected, isPending } = kandy.getConnection()
    const isOpen = kandy.connection.getSocketState('uc').connected
    at('state').textContent = isPending ? 'One moment…' : isConnected ? 'Online' : 'Signed out'
    at('banner').hidden = !isConnected || isPending || isOpen
    at('sign-in').hidden = isConnected
    at('sign-out').hidden = !isConnected
    if (!isPending) clearTimeout(patience)
  }

  kandy.on('auth:change', ({ reason } = {}) => {
    show()
    if (reason) say('problem', `The session has ended. ${REASONS[reason] ?? reason}`)
  })
  kandy.on('auth:error', ({ error }) => {
    show()
    say('problem', error.message)
  })
  kandy.on('ws:change', show)
  kandy.on('notification:received', ({ payload }) => {
    const message = document.createElement('li')
    message.textContent = payload.notificationMessage.text ?? payload.notificationMessage.eventType
    at('messages').append(message)
  })

  at('sign-in').addEventListener('submit', (event) => {
    event.preventDefault()
    const { username, password } = Object.fromEntries(new FormData(event.target))
    say('problem', '')
    patience = setTimeout(() => say('problem', 'The server does not answer.'), PATIENCE)
    kandy.connect({ username, password })
  })
  at('sign-out').addEventListener('click', () => kandy.disconnect())
}
