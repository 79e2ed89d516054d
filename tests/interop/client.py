"""A foreign client of the platform, made of Python's http.client and the package `websockets`.

It takes and tells the same as client.mjs, which says how.
"""

import asyncio
import base64
import http.client
import json
import sys
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus


def tell(what, **how):
    print(json.dumps({"is": what, **how}), flush=True)


def request(method, url, headers=None, body=None):
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    headers = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}
    try:
        connection.request(method, f"{address.path}?{address.query}", body and json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException):
        return {"what": "unanswered"}
    finally:
        connection.close()
    return {"what": "answered", "status": answer.status, "body": json.loads(text) if text else None}


class Client:
    """One session with one socket. Its public methods are what it can be told to do."""

    async def signIn(self, rest, user, password):
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        login = await asyncio.to_thread(
            request, "GET", f"{rest}/v2.0/auth/mk_token?refresh=y", {"Authorization": f"basic {basic}"}
        )
        if login.get("status") != 200:
            return tell(**login)
        token = login["body"]["success"]["access_token"]
        body = {"expires": 3600, "service": ["call", "IM"], "notificationType": "WebSocket"}
        subscribed = await asyncio.to_thread(
            request,
            "POST",
            f"{rest}/rest/version/1/user/{user}/subscription?token={token}",
            body={"subscribeRequest": body},
        )
        if subscribed.get("status") != 200:
            return tell(**subscribed)
        response = subscribed["body"]["subscribeResponse"]
        self._subscription = f"{rest}{response['subscription']}?token={token}"
        tell("signedIn", channel=f"{response['subscriptionParams']['notificationChannel']}?token={token}")

    async def renew(self):
        body = {"subscribeRequest": {"expires": 1800, "service": ["call", "IM"]}}
        tell(**await asyncio.to_thread(request, "PUT", self._subscription, body=body))

    async def signOut(self):
        tell(**await asyncio.to_thread(request, "DELETE", self._subscription))

    async def open(self, url):
        try:
            # Unless told otherwise it takes the proxy of the environment, even for loopback.
            self._socket = await connect(url, compression="deflate", proxy=None)
        except InvalidStatus as error:
            return tell("refused", status=error.response.status_code, reason=error.response.reason_phrase)
        except (OSError, InvalidHandshake) as error:
            return tell("failed", error=type(error).__name__)
        extensions = ", ".join(extension.name for extension in self._socket.protocol.extensions)
        tell("open", extensions=extensions)
        self._listening = asyncio.create_task(self._listen(self._socket))

    async def _listen(self, socket):
        try:
            async for message in socket:
                if isinstance(message, str):
                    tell("text", text=message)
                else:
                    tell("binary", bytes=list(message))
        except ConnectionClosed:
            pass
        tell("closed", code=socket.close_code, reason=socket.close_reason)

    async def send(self, parts):
        # One message; of several parts, a frame each.
        try:
            await self._socket.send(parts[0] if len(parts) == 1 else parts)
        except ConnectionClosed:
            # The listener tells how.
            pass

    async def ping(self, payload):
        await (await self._socket.ping(payload))
        tell("pong", payload=payload)

    async def close(self, code, reason):
        await self._socket.close(code, reason)


async def main():
    client = Client()
    sys.stdin.reconfigure(encoding="utf-8")
    while line := await asyncio.to_thread(sys.stdin.readline):
        how = json.loads(line)
        await getattr(client, how.pop("do"))(**how)


asyncio.run(main())
