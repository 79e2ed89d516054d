import type { Duration, Point, Since } from './index.js'

/** Which requests are meant, and how many. */
export interface RequestedOptions {
  /** The status that they were answered with. */
  status?: number
  method?: string
  /** From where on; the whole test if it does not say. */
  since?: Since
}

/** What `expect` can say of users and of the platform. */
export interface KandyMatchers<R> {
  /** That such a request came, or just so many. What is missing is waited for. */
  toHaveRequested(point: Point, options?: RequestedOptions & { times?: number; timeout?: Duration }): R
  /** That no such request has come. */
  toHaveNoRequest(point: Point, options?: RequestedOptions): R
  /** That a user has an open socket. It is waited for. */
  toBeConnected(options?: { timeout?: Duration }): R
}

export const matchers: Record<keyof KandyMatchers<unknown>, (this: any, ...given: any[]) => Promise<{ pass: boolean; message: () => string }>>
