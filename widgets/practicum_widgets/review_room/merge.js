// Sheets as plain data, and what two windows wrote brought together. Nothing here knows the page.

// A sheet as { "levels:id": 3, "words:id": "text", overall: "text", ... } without what is empty.
export function flat(sheet) {
  const fields = {};
  for (const part of ["levels", "words"]) {
    for (const [id, value] of Object.entries(sheet?.[part] || {})) if (value !== "" && value !== null) fields[`${part}:${id}`] = value;
  }
  for (const part of ["overall", "note", "again", "minutes"]) if (sheet?.[part]) fields[part] = sheet[part];
  return fields;
}

// "levels:id" -> ["levels", "id"]
export const partAndId = (key) => [key.split(":", 1)[0], key.slice(key.indexOf(":") + 1)];

export function deep(fields) {
  const sheet = { levels: {}, words: {}, overall: "", note: "", again: "", minutes: 0 };
  for (const [key, value] of Object.entries(fields)) {
    const [part, id] = partAndId(key);
    if (part === "levels" || part === "words") sheet[part][id] = value;
    else sheet[part] = value;
  }
  return sheet;
}

// Only what the rubric asks for: the server refuses the words for a criterion it does not know.
export function trimmed(sheet, known) {
  const fields = flat(sheet);
  for (const key of Object.keys(fields)) if (key.includes(":") && !known.has(partAndId(key)[1])) delete fields[key];
  return deep(fields);
}

const plain = (value) => (typeof value === "string" ? value.replace(/\s+/g, " ").trim() : value ?? "");
const sameValue = (one, other) => plain(one) === plain(other);

// Whether two sheets say the same, but for some fields.
export function same(one, other, but = []) {
  const [a, b] = [flat(one), flat(other)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => but.includes(key) || (a[key] ?? "") === (b[key] ?? ""));
}

// Another window's sheet (theirs), with what only this one has changed since base, and with the
// field that is being typed in; replaced holds what gave way where both have changed something.
export function merged(base, mine, theirs, typing) {
  const [b, m, t] = [flat(base), flat(mine), flat(theirs)];
  const fields = { ...t };
  const replaced = {};
  for (const key of new Set([...Object.keys(b), ...Object.keys(m)])) {
    if ((m[key] ?? "") === (b[key] ?? "")) continue;
    if (sameValue(m[key], t[key])) {
      if (key === typing && m[key] !== undefined) fields[key] = m[key];
    } else if (key === "minutes") fields[key] = Math.max(m[key] || 0, t[key] || 0);
    else if (key === typing || sameValue(t[key], b[key])) {
      if (m[key] === undefined) delete fields[key];
      else fields[key] = m[key];
      if (t[key] !== undefined && !sameValue(t[key], b[key])) replaced[key] = t[key];
    } else if (m[key] !== undefined) replaced[key] = m[key];
  }
  return { sheet: deep(fields), replaced };
}

// What mine says and theirs does not, to copy from.
export function lost(mine, theirs) {
  const t = flat(theirs);
  return Object.fromEntries(Object.entries(flat(mine)).filter(([key, value]) => key !== "minutes" && !sameValue(value, t[key])));
}
