import type { Point, PlatformVerbs, SocketVerbs, UserOptions, UserVerbs } from './verbs.js'

export type { Fault, Point, PlatformVerbs, SocketVerbs, UserOptions, UserVerbs } from './verbs.js'

/** `"250ms"`, `"30s"`, `"1h 30m"`, or milliseconds. */
export type Duration = string | number

/** A user, or a user's name. */
export type UserLike = string | { readonly name: string }

/** From where on one looks: the number of a record of the journal, or what an action or a mark has given. */
export type Since = number | { readonly next: number }

/** What an action gives. */
export interface Acted {
  /** The number of the first record of the journal behind that of the action: matchers take it, or this whole, as `since`. */
  readonly next: number
}

/** What an action on sockets or subscriptions gives. */
export interface Counted extends Acted {
  /** How many it was about. */
  readonly count: number
}

/** What a fault that was set gives. */
export interface Broken extends Acted {
  /** Its number, by which records of requests and `clear` name it. */
  readonly id: number
}

/** What a record of one's own gives. */
export interface Recorded extends Acted {
  /** Its number in the journal. */
  readonly seq: number
}

/** The tokens that were issued. */
export interface Issued extends Acted {
  readonly accessToken: string
  readonly refreshToken: string | null
  readonly oauthToken: string | null
  /** How long they last, in seconds. */
  readonly expires: number
}

/** Where one server is, as `create` of Kandy.js takes it. */
export interface ServerConfig {
  protocol: string
  server: string
  port: number
}

/** What `create` of Kandy.js takes. */
export interface KandyConfig {
  authentication: { subscription: ServerConfig; websocket: ServerConfig }
}

/** A line of the journal. Which other fields it has depends on its kind; docs/control.md tells more. */
export interface JournalRecord {
  readonly seq: number
  /** When, in ms since the start of the platform. */
  readonly time: number
  readonly kind: string
  readonly point: Point | null
  readonly user: string | null
  readonly [field: string]: unknown
}

/** A request or a handshake in the journal. */
export interface RequestRecord extends JournalRecord {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** The status, or that there was no answer. */
  readonly answered: number | 'hang' | 'reset' | 'refused'
  readonly fault: number | null
}

/** A live subscription. */
export interface Subscription {
  readonly id: string
  readonly user: string
  readonly [field: string]: unknown
}

/** How the platform stands. */
export interface State {
  readonly version: string
  readonly api: number
  readonly clock: {
    readonly kind: 'real' | 'manual'
    readonly now: number
    /** When something is due next, in ms; `null` if nothing is. */
    readonly next: number | null
    /** The requests whose answers are held. */
    readonly held: readonly { readonly seq: number; readonly due: number | null }[]
  }
  readonly users: readonly { readonly name: string; readonly [field: string]: unknown }[]
  readonly subscriptions: readonly Subscription[]
  readonly sockets: readonly { readonly id: string; readonly user: string; readonly [field: string]: unknown }[]
  readonly faults: readonly Record<string, unknown>[]
  readonly [field: string]: unknown
}

/** Which requests are meant. */
export interface RequestFilter {
  since?: Since
  point?: Point
  method?: string
  status?: number
}

export interface WaitOptions {
  /** How long, in real time. 5 s if it does not say. */
  timeout?: Duration
}

/** Which request is waited for. */
export interface WaitForOptions extends WaitOptions {
  /** From where on; what comes from now on if it does not say. */
  since?: Since
  method?: string
  status?: number
}

/** What went wrong with the harness. */
export class KandyError extends Error {
  /** What to do, if that is known. */
  readonly help: string | undefined
  /** The status of the server's answer, if the server has refused something. */
  readonly status: number | undefined
}

/** A socket as it was when it was looked at. What is done to it is done to no other socket of its user. */
export interface Socket extends SocketVerbs {
  readonly id: string
  readonly user: string
  readonly subscription: string
  readonly channel: string
  readonly state: 'opening' | 'open'
  readonly opened: number | null
  readonly pings: number
  readonly framesIn: number
  readonly framesOut: number
}
export class Socket {
  private constructor()
}

/** A user of the platform. */
export interface User extends UserVerbs {
  readonly name: string
  readonly password: string
  readonly kandy: Kandy
  /** Waits until so many sockets are open, one if it does not say, and gives the newest. */
  connected(options?: WaitOptions & { sockets?: number }): Promise<Socket>
  sockets(): Promise<Socket[]>
  subscriptions(): Promise<Subscription[]>
  requests(filter?: RequestFilter): Promise<RequestRecord[]>
  waitFor(point: Point, options?: WaitForOptions): Promise<RequestRecord>
  transcript(options?: { since?: Since; mark?: string }): Promise<string>
}
export class User {
  private constructor()
}

/** The clock of a platform. */
export interface KandyClock {
  /** The time of the platform in ms since its start. */
  now(): Promise<number>
  /** Lets time pass at the platform alone. */
  advance(by: Duration): Promise<{ now: number; fired: readonly Record<string, unknown>[] }>
  /** Lets time pass for the platform and for the pages that take part, each timer at its own instant. */
  pass(by: Duration): Promise<void>
  /** Waits until nothing is under way between the pages and the platform. */
  settle(): Promise<void>
}

/** A platform that is served, and whatever can be done to it. */
export interface Kandy extends PlatformVerbs, AsyncDisposable {
  readonly url: string
  readonly wsUrl: string
  readonly controlUrl: string
  /** The token of the control interface. */
  readonly token: string
  /** What `create` of Kandy.js takes. */
  readonly config: KandyConfig
  readonly clock: KandyClock
  /** What goes wrong in this run, as a schedule such as `subscribe answer 1: lost`; `undefined` if nothing does. */
  readonly disturbance: string | undefined
  /** What of that has not happened by now, since its moment has not come. */
  notReached(): Promise<string[]>
  /** Adds a user. Name and password are made up where they are left out, and are nobody else's. */
  addUser(options?: UserOptions & { name?: string; password?: string }): Promise<User>
  /** A user whom the platform has already. */
  user(name: string): User
  /** Tells the platform something, with named arguments as the control interface takes them. */
  tell(verb: string, given?: Record<string, unknown>): Promise<Acted & Record<string, unknown>>
  /** Notes a line for transcripts. */
  mark(text: string): Promise<Recorded>
  state(query?: { limit?: number }): Promise<State>
  journal(options?: { since?: Since; limit?: number }): Promise<{ records: JournalRecord[]; next: number; missed: number }>
  requests(filter?: RequestFilter & { user?: UserLike }): Promise<RequestRecord[]>
  subscriptions(user?: UserLike): Promise<Subscription[]>
  sockets(user?: UserLike): Promise<Socket[]>
  waitFor(point: Point, options?: WaitForOptions & { user?: UserLike }): Promise<RequestRecord>
  /** Waits until so many sockets are open, one if it does not say, and gives the newest. */
  connected(options?: WaitOptions & { user?: UserLike; sockets?: number }): Promise<Socket>
  /** What happened as text, of one user or of all; from record `since`, or from the last such `mark` on. */
  transcript(options?: { user?: UserLike; since?: Since; mark?: string }): Promise<string>
  /** Ends the server. */
  stop(): Promise<void>
}
export class Kandy {
  private constructor()
}

/** How a platform is started. */
export interface StartOptions {
  /** `'manual'` holds the platform's time until it is moved. */
  clock?: 'real' | 'manual'
  /** The port; any that is free if it does not say. */
  port?: number
  /** Users that are there from the start. */
  users?: readonly { readonly name: string; readonly password: string }[]
  /** Lets every name and password sign in. */
  anyUser?: boolean
  /** The origins whose pages may use the platform; all if it does not say. */
  origins?: readonly string[]
  /** What clients can do to it, as `serve --limit` takes it. */
  limits?: Readonly<Record<string, string | number>>
  /** A script that runs beside it. */
  script?: string
  /** What goes wrong, once, at its moment, such as `subscribe answer 1: lost`: docs/explore.md has the words. */
  schedule?: string
  /** A copy of Kandy.js, which is then served at `/kandy/kandy.uc.js`. */
  sdk?: string
  /** Serves https and wss. */
  tls?: boolean
  /** Other options of `kandy-harness serve`. */
  args?: readonly string[]
  /** The program, if it is not the one that `findBinary` finds. */
  binary?: string
}

/** Starts a platform of one's own. It ends with `stop()`, or with this process. */
export function start(options?: StartOptions): Promise<Kandy>

/** The platform of a server that runs already: by default the one that `kandy-harness serve -- COMMAND` tells its command of. */
export function connect(options?: { url?: string; token?: string; certificate?: string }): Promise<Kandy>

/** Where the program is: what `KANDY_HARNESS` says, else that of the package for this system, else one on the path. */
export function findBinary(environment?: Readonly<Record<string, string | undefined>>): string
