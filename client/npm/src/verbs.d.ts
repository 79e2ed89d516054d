// Made from the table of verbs by a test of the server, which says how to make it anew.
import type { Acted, Broken, Counted, Duration, Issued, Recorded, UserLike } from './index.js'

/** A point of the platform. */
export type Point = 'mk_token' | 'refresh_token' | 'subscribe' | 'resubscribe' | 'unsubscribe' | 'revoke_token' | 'websocket' | 'callStart' | 'callUpdate' | 'callEnd' | 'cpaasToken' | 'channel' | 'channelEnd' | 'serviceCall' | 'serviceChat' | 'serviceSms' | 'servicePresence' | 'serviceEnd' | 'turn' | 'presenceLists' | 'preflight' | 'other'

/** How the platform misbehaves. */
export interface Fault {
  /** The HTTP status; alone it gives the platform's own error. */
  status?: number
  statusText?: string
  /** The body, and its content type (`null` for none). */
  json?: unknown
  body?: string
  type?: string | null
  /** More headers, or others in place of the normal ones; a list for a name that comes more than once. */
  headers?: Record<string, string | string[]>
  /** `false` for no CORS headers: a browser hides the answer. */
  cors?: boolean
  /** Merged into the normal body. */
  merge?: Record<string, unknown>
  /** Merged into `subscriptionParams`: what is told of a subscription, not what the platform keeps. */
  params?: Record<string, unknown>
  /** Fields that are left out: by name, or by path from the root, such as `"/subscribeResponse/statusCode"`. */
  without?: string[]
  /** A duration. */
  delay?: Duration
  /** The body comes that much later than its head; so many bytes of it a second. */
  lateBody?: Duration
  drip?: number
  /** After so many bytes of the body, or behind all of it if it is shorter, the connection is cut. */
  truncate?: number
  /** No answer; the connection is reset; it is refused. */
  hang?: boolean
  reset?: boolean
  refuse?: boolean
  /** `true` accepts a handshake that would be refused, for `websocket`. */
  accept?: boolean
  /** A close code, for `websocket`. */
  closeAfterOpen?: number
  /** Only so often; only after so many. */
  times?: number
  after?: number
  /** Only for that user. */
  user?: UserLike
  /** Counted for each `"user"` by themselves. */
  each?: 'user'
}

/** Who a user is, beside name and password. */
export interface UserOptions {
  services?: string[]
  tokenLifetime?: Duration
  subscriptionLifetime?: Duration
  hmac?: string
  authname?: string
  bearer?: string
}

/** What is done to the platform. */
export interface PlatformVerbs {
  /** Removes a user, with tokens, subscriptions and sockets. */
  removeUser(user: UserLike): Promise<Acted>
  /** Changes a password; tokens stay valid. */
  setPassword(user: UserLike, password: string): Promise<Acted>
  /** Changes a user's options, for what is granted from then on. */
  setOptions(user: UserLike, options: { services?: string[]; tokenLifetime?: Duration; subscriptionLifetime?: Duration; hmac?: string; authname?: string; bearer?: string }): Promise<Acted>
  /** Lets every name and password sign in, or only users. */
  anyUser(enabled: boolean): Promise<Acted>
  /** Issues tokens as if the user had signed in elsewhere. */
  issueToken(user: UserLike, options?: { accessToken?: string; refreshToken?: string; oauthToken?: string; lifetime?: Duration }): Promise<Issued>
  /** Makes all tokens of a user void. */
  expireToken(user: UserLike): Promise<Acted>
  /** Ends a user's subscriptions without a word. */
  endSubscription(user: UserLike): Promise<Counted>
  /** Grants a user these services only, from now on. */
  grantServices(user: UserLike, services: string[]): Promise<Acted>
  /** Makes the platform misbehave at a point. */
  fail(point: Point, how: Fault | Fault[]): Promise<Broken>
  /** Removes the faults of a point, of a user, the one with that id, or all. */
  clear(point?: Point, options?: { id?: number; user?: UserLike }): Promise<Counted>
  /** Refuses connections and cuts the open ones, for everybody or one user. */
  offline(options?: { user?: UserLike }): Promise<Acted>
  /** Ends `offline`, for everybody or one user. */
  online(options?: { user?: UserLike }): Promise<Acted>
  /** Drops a user's sockets, or one of them, without a close frame. */
  cut(user: UserLike | null, options?: { socket?: string; subscription?: string }): Promise<Counted>
  /** Closes a user's sockets, or one of them. */
  close(user: UserLike | null, code: number, reason?: string, options?: { socket?: string; subscription?: string }): Promise<Counted>
  /** Mutes the sockets that a user has now, or one of them. */
  silence(user: UserLike | null, options?: { socket?: string; subscription?: string }): Promise<Counted>
  /** Sends a notification to sockets whose subscription lives; it gets an `id` and an `eventId` if it has neither. */
  send(user: UserLike | null, message: Record<string, unknown>, options?: { socket?: string; subscription?: string }): Promise<Counted>
  /** Sends any frame to every open socket, or one of them: a text, or bytes. */
  sendRaw(user: UserLike | null, text: string | Uint8Array, options?: { socket?: string; subscription?: string }): Promise<Counted>
  /** Ends a user's subscriptions and says so. */
  gone(user: UserLike, options?: { retryAfter?: number; id?: string }): Promise<Counted>
  /** How long new tokens last; without `lifetime`, as long as clients ask. */
  tokenLifetime(lifetime: Duration | null): Promise<Acted>
  /** Turns answers to keep-alives, which harm the SDK, on or off, for everybody or one user. */
  answerPings(enabled: boolean, options?: { user?: UserLike }): Promise<Acted>
  /** Delays answers and handshakes, for everybody or one user. */
  latency(latency: Duration, options?: { user?: UserLike }): Promise<Acted>
  /** Brings users, faults and settings back as at the start, and ends all tokens, subscriptions and sockets. */
  reset(): Promise<Acted>
  /** Writes a line of your own into the journal. */
  mark(text: string): Promise<Recorded>
}

/** What is done to a user. */
export interface UserVerbs {
  /** Removes a user, with tokens, subscriptions and sockets. */
  removeUser(): Promise<Acted>
  /** Changes a password; tokens stay valid. */
  setPassword(password: string): Promise<Acted>
  /** Changes a user's options, for what is granted from then on. */
  setOptions(options: { services?: string[]; tokenLifetime?: Duration; subscriptionLifetime?: Duration; hmac?: string; authname?: string; bearer?: string }): Promise<Acted>
  /** Issues tokens as if the user had signed in elsewhere. */
  issueToken(options?: { accessToken?: string; refreshToken?: string; oauthToken?: string; lifetime?: Duration }): Promise<Issued>
  /** Makes all tokens of a user void. */
  expireToken(): Promise<Acted>
  /** Ends a user's subscriptions without a word. */
  endSubscription(): Promise<Counted>
  /** Grants a user these services only, from now on. */
  grantServices(services: string[]): Promise<Acted>
  /** Refuses connections and cuts the open ones, for everybody or one user. */
  offline(): Promise<Acted>
  /** Ends `offline`, for everybody or one user. */
  online(): Promise<Acted>
  /** Drops a user's sockets, or one of them, without a close frame. */
  cut(options?: { socket?: string; subscription?: string }): Promise<Counted>
  /** Closes a user's sockets, or one of them. */
  close(code: number, reason?: string, options?: { socket?: string; subscription?: string }): Promise<Counted>
  /** Mutes the sockets that a user has now, or one of them. */
  silence(options?: { socket?: string; subscription?: string }): Promise<Counted>
  /** Sends a notification to sockets whose subscription lives; it gets an `id` and an `eventId` if it has neither. */
  send(message: Record<string, unknown>, options?: { socket?: string; subscription?: string }): Promise<Counted>
  /** Sends any frame to every open socket, or one of them: a text, or bytes. */
  sendRaw(text: string | Uint8Array, options?: { socket?: string; subscription?: string }): Promise<Counted>
  /** Ends a user's subscriptions and says so. */
  gone(options?: { retryAfter?: number; id?: string }): Promise<Counted>
}

/** What is done to one socket. */
export interface SocketVerbs {
  /** Drops a user's sockets, or one of them, without a close frame. */
  cut(): Promise<Counted>
  /** Closes a user's sockets, or one of them. */
  close(code: number, reason?: string): Promise<Counted>
  /** Mutes the sockets that a user has now, or one of them. */
  silence(): Promise<Counted>
  /** Sends a notification to sockets whose subscription lives; it gets an `id` and an `eventId` if it has neither. */
  send(message: Record<string, unknown>): Promise<Counted>
  /** Sends any frame to every open socket, or one of them: a text, or bytes. */
  sendRaw(text: string | Uint8Array): Promise<Counted>
}
