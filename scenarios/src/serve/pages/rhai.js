// Values as Rhai writes them.

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
// Words that Rhai keeps for itself, among those that keys of notifications and faults are likely to be.
const RESERVED = new Set(["as", "async", "await", "break", "call", "case", "catch", "const", "continue", "curry", "debug", "default", "do", "else", "eval", "exit", "export", "false", "fn", "for", "global", "goto", "if", "import", "in", "is", "let", "loop", "match", "module", "new", "nil", "null", "package", "print", "private", "protected", "public", "return", "shared", "static", "switch", "sync", "this", "thread", "throw", "true", "try", "type_of", "until", "use", "var", "void", "while", "with", "yield"]);
const SHORT = { "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\" };
// Everything but letters, digits, signs and the space is escaped, and so is what ends a text.
const ESCAPED = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]|["\\]/gu;

export function rhai(value) {
  if (value === null || value === undefined) return "()";
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return `[${value.map(rhai).join(", ")}]`;
  if (typeof value !== "object") return String(value);
  const entries = Object.entries(value).map(([name, of]) => `${NAME.test(name) && !RESERVED.has(name) ? name : text(name)}: ${rhai(of)}`);
  return entries.length === 0 ? "#{}" : `#{ ${entries.join(", ")} }`;
}

function text(value) {
  const escaped = (character) => SHORT[character] ?? `\\U${character.codePointAt(0).toString(16).padStart(8, "0")}`;
  return `"${value.toWellFormed ? value.toWellFormed().replace(ESCAPED, escaped) : value.replace(ESCAPED, escaped)}"`;
}
