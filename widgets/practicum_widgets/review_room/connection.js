// Speaks to the server. An answer never throws: { ok, status, data, why }; status 0 is no network.

const TIMEOUT = 20000;

export class Connection {
  constructor(base, say) {
    this.base = base;
    this.say = say;
  }

  async call(method, path, body, keepalive = false) {
    try {
      const answer = await fetch(`${this.base}api/${path}`, {
        method,
        credentials: "same-origin",
        cache: "no-store",
        keepalive,
        headers: { "X-Practicum": "room", Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) },
        body: body ? JSON.stringify(body) : undefined,
        signal: keepalive ? undefined : AbortSignal.timeout(TIMEOUT),
      });
      const data = await answer.json().catch(() => null);
      const isThere = data !== null && typeof data === "object";
      const status = answer.ok && !isThere ? 502 : answer.status;
      return { ok: status >= 200 && status < 300, status, data: isThere ? data : {}, why: this.why(isThere ? data : {}, status) };
    } catch {
      return { ok: false, status: 0, data: {}, why: this.say("unreachable") };
    }
  }

  // A reason without its full stop: it stands inside a sentence.
  why(data, status) {
    const why = typeof data.why === "string" && data.why.trim() ? data.why.trim() : this.say("status", { status });
    return why.replace(/\.$/, "");
  }
}

// sheetPath("7KQ2", "submit") -> "sheets/7KQ2/submit"
export const sheetPath = (code, verb = "") => `sheets/${encodeURIComponent(code)}${verb && `/${verb}`}`;
