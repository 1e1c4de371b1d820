// Times as people write them.

const two = (number) => String(number).padStart(2, "0");

// 12:03
export const clock = (at) => `${two(at.getHours())}:${two(at.getMinutes())}`;

// The time that a text means; now if it means none.
export function moment(iso) {
  const at = new Date(iso ?? NaN);
  return Number.isNaN(at.getTime()) ? new Date() : at;
}

// 3 March 2027
export const day = (iso, lang) => moment(iso).toLocaleDateString(lang, { dateStyle: "long" });

// 3 Mar 2027, 12:03
export const dayAndTime = (iso, lang) => moment(iso).toLocaleString(lang, { dateStyle: "medium", timeStyle: "short" });
