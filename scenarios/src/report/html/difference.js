// The difference of two texts, line by line: a shortest one where that is not too much work, else one that is good enough.

// So many pairs of lines are compared at most; beyond, what lies between the first and last difference is replaced whole.
const MOST_PAIRS = 4_000_000;

// Gives `[{ kind: "same" | "changed", old, new }]` with the numbers of the lines on both sides, from 0; of a changed one,
// either may be missing.
export function difference(before, after) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const lines = [];
  for (let at = 0; at < start; at += 1) lines.push({ kind: "same", old: at, new: at });
  between(before, after, start, before.length - end, after.length - end, lines);
  for (let at = end; at > 0; at -= 1) lines.push({ kind: "same", old: before.length - at, new: after.length - at });
  return lines;
}

function between(before, after, start, oldEnd, newEnd, lines) {
  const [rows, columns] = [oldEnd - start, newEnd - start];
  const [gone, come] = [[], []];
  const flush = () => {
    for (let at = 0; at < Math.max(gone.length, come.length); at += 1) lines.push({ kind: "changed", old: gone[at], new: come[at] });
    gone.length = come.length = 0;
  };
  const isShort = rows * columns <= MOST_PAIRS;
  const longest = isShort ? longestCommon(before, after, start, rows, columns) : undefined;
  let [row, column] = [0, 0];
  while (row < rows || column < columns) {
    const isSame = isShort && row < rows && column < columns && before[start + row] === after[start + column];
    if (isSame) {
      flush();
      lines.push({ kind: "same", old: start + row, new: start + column });
      row += 1;
      column += 1;
    } else if (row < rows && (column === columns || !isShort || longest[(row + 1) * (columns + 1) + column] >= longest[row * (columns + 1) + column + 1])) {
      gone.push(start + row);
      row += 1;
    } else {
      come.push(start + column);
      column += 1;
    }
  }
  flush();
}

// How many lines the rest of one text from each line on has in common with that of the other.
function longestCommon(before, after, start, rows, columns) {
  const table = new Uint32Array((rows + 1) * (columns + 1));
  for (let row = rows - 1; row >= 0; row -= 1) {
    for (let column = columns - 1; column >= 0; column -= 1) {
      const here = row * (columns + 1) + column;
      const below = here + columns + 1;
      table[here] = before[start + row] === after[start + column] ? table[below + 1] + 1 : Math.max(table[below], table[here + 1]);
    }
  }
  return table;
}

// What two lines that stand for each other have not in common, as the bounds of the middle of each.
export function middle(one, other) {
  const [first, second] = [[...one], [...other]];
  let start = 0;
  while (start < first.length && start < second.length && first[start] === second[start]) start += 1;
  let end = 0;
  while (end < first.length - start && end < second.length - start && first.at(-1 - end) === second.at(-1 - end)) end += 1;
  const cut = (letters) => [letters.slice(0, start).join(""), letters.slice(start, letters.length - end).join(""), letters.slice(letters.length - end).join("")];
  return [cut(first), cut(second)];
}
