// How a case can have ended: the word, the tone, and what stands before its name. The worst come first.
export const STATUSES = {
  error: { word: "internal error", tone: "bad", sign: "!" },
  broken: { word: "broken", tone: "bad", sign: "!" },
  failed: { word: "failed", tone: "bad", sign: "✕" },
  differs: { word: "unlike snapshot", tone: "bad", sign: "≠" },
  unlike: { word: "unlike Sim", tone: "bad", sign: "≠" },
  doubtful: { word: "doubtful", tone: "warning", sign: "?" },
  stopped: { word: "interrupted", tone: "warning", sign: "–" },
  notRun: { word: "not run", tone: "quiet", sign: "·" },
  passed: { word: "passed", tone: "good", sign: "✓" },
  skipped: { word: "skipped", tone: "quiet", sign: "»" },
};

const RANKS = Object.keys(STATUSES);

export function rank(status) {
  const found = RANKS.indexOf(status);
  return found === -1 ? 0 : found;
}

// A status of a later version is shown as it is called.
export function statusOf(status) {
  return STATUSES[status] ?? { word: status, tone: "quiet", sign: "?" };
}
