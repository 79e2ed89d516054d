// What is there now: the state of the platform, asked for after whatever happens, and its clock between two answers.
import { look } from "./control.js";

const LOOK_EVERY = 250;

export class Present {
  constructor(onState) {
    this.onState = onState;
    this.state = undefined;
    this.at = 0;
    this.isLooking = false;
    this.isStale = false;
    this.isResting = false;
    document.addEventListener("visibilitychange", () => this.isStale && this.soon());
  }

  get isManual() {
    return this.state?.clock.kind === "manual";
  }

  // The platform's time. A manual clock stands still, and so does what was saved.
  get now() {
    if (!this.state) return 0;
    const { kind, now } = this.state.clock;
    return kind === "real" ? now + (performance.now() - this.at) : now;
  }

  // When something is due next: the server says it, or else the first subscription expires then.
  get next() {
    if (!this.state) return undefined;
    const ends = this.state.subscriptions.map(({ expiresAt }) => expiresAt);
    return this.state.clock.next ?? (ends.length > 0 ? Math.min(...ends) : undefined);
  }

  // Shows what was once, and asks nobody any more.
  rest(state) {
    this.isResting = true;
    this.state = state;
    this.onState(state);
  }

  show(state) {
    if (this.isResting) return;
    this.state = state;
    this.at = performance.now();
    this.onState(state);
  }

  // Asks at most every so often, always once after the last record, and not while nobody looks.
  async soon() {
    this.isStale = true;
    if (this.isResting || this.isLooking || document.hidden) return;
    this.isLooking = true;
    while (this.isStale && !document.hidden && !this.isResting) {
      this.isStale = false;
      // Who cannot be asked now is asked when the feed is back.
      await look("state").then((state) => this.show(state), () => undefined);
      await new Promise((over) => setTimeout(over, LOOK_EVERY));
    }
    this.isLooking = false;
  }

  // Somebody else may move a manual clock, of which no record tells as long as nothing was due.
  tick() {
    if (this.isManual) this.soon();
  }
}
