// Made from the table of verbs by a test of the server, which says how to make it anew.
import type { Acted, Counted, Duration, Issued, UserLike } from './index.js'

/** A point of the platform. */
export type Point = 'mk_token' | 'refresh_token' | 'subscribe' | 'resubscribe' | 'unsubscribe' | 'websocket' | 'other'

/** How the platform misbehaves. */
export interface Fault {
  /** The HTTP status; alone it gives the platform's own error. */
  status?: number
  statusText?: string
  /** The body, and its content type (`null` for none). */
  json?: unknown
  body?: string
  type?: string | null
  /** `false` for no CORS headers: a browser hides the answer. */
  cors?: boolean
  /** Merged into the normal body. */
  merge?: Record<string, unknown>
  /** Merged into, and left out of, `subscriptionParams`. */
  params?: Record<string, unknown>
  without?: string[]
  /** A duration. */
  delay?: Duration
  /** No answer; the connection is reset; it is refused. */
  hang?: boolean
  reset?: boolean
  refuse?: boolean
  /** A close code, for `websocket`. */
  closeAfterOpen?: number
  /** Only so often; only after so many. */
  times?: number
  after?: number
  /** Only for that user. */
  user?: UserLike
}

/** Who a user is, beside name and password. */
export interface UserOptions {
  services?: string[]
  tokenLifetime?: Duration
  subscriptionLifetime?: Duration
}

/** What is done to the platform. */
export interface PlatformVerbs {
  /** Removes a user, with tokens, subscriptions and sockets. */
  removeUser(user: UserLike): Promise<Acted>
  /** Changes a password; tokens stay valid. */
  setPassword(user: UserLike, password: string): Promise<Acted>
  /** Changes a user's options, for what is granted from then on. */
  setOptions(user: UserLike, options: { services?: string[]; tokenLifetime?: Duration; subscriptionLifetime?: Duration }): Promise<Acted>
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
  fail(point: Point, how: Fault | Fault[]): Promise<Acted>
  /** Removes the faults of a point, or all. */
  clear(point?: Point): Promise<Acted>
  /** Refuses connections and cuts the open ones. */
  offline(): Promise<Acted>
  /** Ends `offline`. */
  online(): Promise<Acted>
  /** Drops a user's sockets without a close frame. */
  cut(user: UserLike): Promise<Counted>
  /** Closes a user's sockets. */
  close(user: UserLike, code: number, reason?: string): Promise<Counted>
  /** Mutes the sockets that a user has now. */
  silence(user: UserLike): Promise<Counted>
  /** Sends a notification; it gets an `id` if it has none. */
  send(user: UserLike, message: Record<string, unknown>): Promise<Counted>
  /** Sends any frame: a text, or bytes. */
  sendRaw(user: UserLike, text: string | Uint8Array): Promise<Counted>
  /** Ends a user's subscriptions and says so. */
  gone(user: UserLike, options?: { retryAfter?: number; id?: string }): Promise<Counted>
  /** How long new tokens last; without `lifetime` as clients ask. */
  tokenLifetime(lifetime: Duration | null): Promise<Acted>
  /** Answers keep-alives, which harms the SDK, or not. */
  answerPings(enabled: boolean): Promise<Acted>
  /** Delays answers and handshakes. */
  latency(latency: Duration): Promise<Acted>
}

/** What is done to a user. */
export interface UserVerbs {
  /** Removes a user, with tokens, subscriptions and sockets. */
  removeUser(): Promise<Acted>
  /** Changes a password; tokens stay valid. */
  setPassword(password: string): Promise<Acted>
  /** Changes a user's options, for what is granted from then on. */
  setOptions(options: { services?: string[]; tokenLifetime?: Duration; subscriptionLifetime?: Duration }): Promise<Acted>
  /** Issues tokens as if the user had signed in elsewhere. */
  issueToken(options?: { accessToken?: string; refreshToken?: string; oauthToken?: string; lifetime?: Duration }): Promise<Issued>
  /** Makes all tokens of a user void. */
  expireToken(): Promise<Acted>
  /** Ends a user's subscriptions without a word. */
  endSubscription(): Promise<Counted>
  /** Grants a user these services only, from now on. */
  grantServices(services: string[]): Promise<Acted>
  /** Drops a user's sockets without a close frame. */
  cut(): Promise<Counted>
  /** Closes a user's sockets. */
  close(code: number, reason?: string): Promise<Counted>
  /** Mutes the sockets that a user has now. */
  silence(): Promise<Counted>
  /** Sends a notification; it gets an `id` if it has none. */
  send(message: Record<string, unknown>): Promise<Counted>
  /** Sends any frame: a text, or bytes. */
  sendRaw(text: string | Uint8Array): Promise<Counted>
  /** Ends a user's subscriptions and says so. */
  gone(options?: { retryAfter?: number; id?: string }): Promise<Counted>
}

/** What is done to one socket. */
export interface SocketVerbs {
}
