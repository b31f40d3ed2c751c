/* Donor Information System: the one script. Every page works without it; here are only the comforts:
   keys, drops that close, the calendar beside a date field, the focus on an error summary, one submission a form.
   No words and no styles of its own: words come from <body data-words>, looks from classes in app.css. */
"use strict";
(() => {
  const doc = document, root = doc.documentElement, body = doc.body;
  const all = (css, from = doc) => [...from.querySelectorAll(css)];
  const seen = el => el.getClientRects().length > 0;
  let words = {};
  try { words = JSON.parse(body.dataset.words || "{}"); } catch { /* a page without words has no calendar */ }
  const el = (tag, props = {}, ...kids) => {
    const made = doc.createElement(tag);
    for (const [k, v] of Object.entries(props)) k in made ? made[k] = v : made.setAttribute(k, v);
    made.append(...kids);
    return made;
  };
  let count = 0;
  const idOf = node => node.id || (node.id = "dis-" + ++count);

  /* ----- drops and notes: one open at a time; Escape and a click outside close them ----- */
  const DROP = "details.drop, details.def";
  const openDrops = () => all(DROP).filter(d => d.open);
  doc.addEventListener("toggle", e => {
    const d = e.target;
    if (!d.matches || !d.matches(DROP) || !d.open) return;
    for (const other of openDrops()) if (!other.contains(d)) other.open = false;
    if (d.matches(".def")) keepInside(d.lastElementChild, d);
  }, true);
  doc.addEventListener("click", e => {
    const path = e.composedPath();
    for (const d of openDrops()) if (!path.includes(d)) d.open = false;
  });
  const closeDrop = () => {
    const open = openDrops(), d = open.findLast(o => o.contains(doc.activeElement)) || open.at(-1);
    if (!d) return false;
    d.open = false;
    d.querySelector("summary").focus();
    return true;
  };
  /* a popover that would leave the page turns to its other side; the classes sit on `owner` */
  const keepInside = (box, owner) => {
    owner.classList.remove("end", "up");
    let r = box.getBoundingClientRect();
    if (r.right > root.clientWidth || r.left < 0) {
      owner.classList.add("end");
      r = box.getBoundingClientRect();
      if (r.right > root.clientWidth || r.left < 0) owner.classList.remove("end");
    }
    return r;
  };

  /* ----- keys: / search, ? this list, g then a letter, single letters where a link asks for one ----- */
  const STORE = "dis-keys";
  let keysOff = false;
  try { keysOff = localStorage.getItem(STORE) === "off"; } catch { /* no storage: keys stay on */ }
  for (const box of all("[data-keys-switch]")) {
    box.checked = !keysOff;
    box.addEventListener("change", () => {
      keysOff = !box.checked;
      try { localStorage.setItem(STORE, keysOff ? "off" : "on"); } catch { /* for this page only, then */ }
    });
  }
  const help = doc.getElementById("shortcuts");
  const showHelp = () => { if (help && !help.open) help.showModal(); };
  for (const b of all("[data-opens=shortcuts]")) { b.hidden = !help; b.addEventListener("click", showHelp); }
  if (help) help.addEventListener("click", e => { if (e.target === help) help.close(); });

  const search = () => {
    const own = all("[data-list-search]").find(seen), side = doc.getElementById("side");
    const box = own || doc.querySelector(".side .find input");
    if (!box) return;
    if (!seen(box) && side && side.showPopover) side.showPopover();
    box.focus();
    box.select();
  };
  /* the Latin letter of the key, on keyboards that write other scripts too */
  const letter = e => /^[a-z]$/i.test(e.key) ? e.key.toLowerCase() : /^[^\x00-\x7f]$/.test(e.key) && /^Key/.test(e.code) ? e.code[3].toLowerCase() : "";
  const follow = css => { const a = doc.querySelector(css); if (a) a.click(); return !!a; };
  let gAt = 0;
  doc.addEventListener("keydown", e => {
    if (e.defaultPrevented || e.isComposing) return;
    if (e.key === "Escape") { if (closeDrop()) e.preventDefault(); return; }
    if (keysOff || e.ctrlKey || e.metaKey || e.altKey || e.repeat) return;
    if (e.target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable], dialog, .calendar")) return;
    const l = letter(e), after = Date.now() - gAt < 1500;
    gAt = 0;
    let done = true;
    if (e.key === "/") search();
    else if (e.key === "?") showHelp();
    else if (after && l) done = follow(`[data-go="${l}"]`);
    else if (l === "g") gAt = Date.now();
    else done = !!l && follow(`[data-key="${l}"]`);
    if (done) e.preventDefault();
  });

  /* ----- the error summary takes the focus; a message is read out; a form goes once ----- */
  const summary = doc.querySelector(".notice.bad[data-focus]");
  if (summary) {
    if (!summary.hasAttribute("tabindex")) summary.tabIndex = -1;
    summary.focus();
  }
  for (const f of all(".flash[role=status]")) setTimeout(() => { if (!f.contains(doc.activeElement)) f.append(...f.childNodes); }, 400);
  for (const b of all(".flash [data-dismiss]")) {
    b.hidden = false;
    b.addEventListener("click", () => b.closest(".flash").remove());
  }

  const held = new Set();
  const release = () => { for (const b of held) b.disabled = false; held.clear(); };
  doc.addEventListener("submit", e => {
    const form = e.target;
    if (!form.matches("[data-once]")) return;
    setTimeout(() => { /* after the browser has read the form, the pressed button's name included */
      if (e.defaultPrevented) return;
      for (const b of form.elements) if (/^(submit|image)$/.test(b.type) && !b.disabled) { b.disabled = true; held.add(b); }
    });
    setTimeout(release, 15000); /* a line that died, or an answer that was a file: the page is still here */
  });
  addEventListener("pageshow", release);

  /* ----- dates ----- */
  const DAY = 864e5, two = n => String(n).padStart(2, "0");
  const utc = (y, m, d) => { const t = new Date(0); t.setUTCFullYear(y, m, d); return t; };
  const iso = t => t.toISOString().slice(0, 10);
  const fromIso = s => {
    const m = /^(\d{4})-(\d\d?)-(\d\d?)$/.exec(s || "");
    const t = m && utc(+m[1], m[2] - 1, +m[3]);
    return t && t.getUTCDate() === +m[3] ? t : null;
  };
  const fmt = o => new Intl.DateTimeFormat(root.lang || "en", { calendar: "gregory", numberingSystem: "latn", timeZone: "UTC", ...o });
  const plain = s => s.replace(/\./g, "");
  const months = () => words.months || (words.months = Array.from({ length: 12 }, (_, m) => {
    const t = utc(2021, m, 1), name = fmt({ day: "numeric", month: "short" }).formatToParts(t).find(p => p.type === "month").value;
    return plain(/^\d+$/.test(name) ? fmt({ month: "short" }).format(t) : name); /* 7月, not 7 */
  }));
  const write = (t, format) => format.replace(/yyyy|MMM|MM|M|dd|d/g, k => ({
    yyyy: String(t.getUTCFullYear()).padStart(4, "0"), MMM: months()[t.getUTCMonth()], MM: two(t.getUTCMonth() + 1), M: t.getUTCMonth() + 1, dd: two(t.getUTCDate()), d: t.getUTCDate() })[k]);
  /* good enough to open at the right month; what counts is what the server reads */
  const read = (s, format) => {
    let text = plain(s.trim()).toLowerCase();
    const order = format.replace(/[^yMd]/g, "").replace(/(.)\1+/g, "$1"), part = {};
    if (/^\d{4}-/.test(text)) return fromIso(text);
    if (format.includes("MMM")) {
      part.M = months().findLastIndex(name => text.includes(name.toLowerCase())) + 1;
      if (part.M) text = text.replace(months()[part.M - 1].toLowerCase(), " ");
    }
    const n = text.match(/\d+/g) || [];
    for (const k of order) if (!part[k]) part[k] = +n.shift();
    if (part.y < 100) part.y += 2000;
    return fromIso(`${part.y}-${part.M}-${part.d}`);
  };
  const today = () => fromIso(body.dataset.today) || utc(new Date().getFullYear(), new Date().getMonth(), new Date().getDate());

  const icon = d => {
    const ns = "http://www.w3.org/2000/svg", svg = doc.createElementNS(ns, "svg"), path = doc.createElementNS(ns, "path");
    svg.setAttribute("class", "icon flip");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", d);
    svg.append(path);
    return svg;
  };
  const LEAF = "M4 7a2 2 0 0 1 2 -2h12a2 2 0 0 1 2 2v12a2 2 0 0 1 -2 2h-12a2 2 0 0 1 -2 -2l0 -12M16 3l0 4M8 3l0 4M4 11l16 0M8 15h2v2h-2l0 -2";
  let closeOther = null;

  const calendar = input => {
    if (!words.calendar || input.disabled || input.readOnly) return;
    let wrap = input.parentElement;
    if (!wrap.matches(".date")) {
      const had = doc.activeElement === input;
      wrap = el("span", { className: "date" });
      input.replaceWith(wrap);
      wrap.append(input);
      if (had) input.focus();
    }
    const format = input.dataset.format || "d MMM yyyy";
    const button = el("button", { type: "button", "aria-label": words.calendar, "aria-expanded": "false", "aria-haspopup": "dialog" }, icon(LEAF));
    const label = input.labels && input.labels[0];
    if (label) button.setAttribute("aria-labelledby", `${idOf(button)} ${idOf(label)}`);
    wrap.append(button);
    let box = null, at = null, chosen = null;

    const close = back => {
      if (!box) return;
      box.remove();
      box = closeOther = null;
      button.setAttribute("aria-expanded", "false");
      if (back) button.focus();
    };
    const allowed = t => !(input.dataset.min > iso(t)) && !(input.dataset.max < iso(t));
    const choose = t => {
      if (!allowed(t)) return;
      input.value = write(t, format);
      for (const type of ["input", "change"]) input.dispatchEvent(new Event(type, { bubbles: true }));
      close(true);
    };
    const move = (t, focus) => {
      const y = t.getUTCFullYear();
      if (y < 1900 || y > 2199) return;
      at = t;
      const m = at.getUTCMonth(), table = box.querySelector("table"), tbody = el("tbody"), full = fmt({ dateStyle: "full" });
      const first = utc(y, m, 1), lead = (first.getUTCDay() + 6) % 7, days = utc(y, m + 1, 0).getUTCDate();
      for (let cell = 0; cell < lead + days; cell++) {
        if (cell % 7 === 0) tbody.append(el("tr"));
        const td = el("td"), day = cell - lead + 1;
        if (day > 0) {
          const date = utc(y, m, day), b = el("button", { type: "button", tabIndex: day === at.getUTCDate() ? 0 : -1, "aria-label": full.format(date) }, String(day));
          if (+date === +today()) b.setAttribute("aria-current", "date");
          if (!allowed(date)) b.setAttribute("aria-disabled", "true");
          td.setAttribute("aria-selected", chosen && +date === +chosen ? "true" : "false");
          b.addEventListener("click", () => choose(date));
          td.append(b);
        }
        tbody.lastChild.append(td);
      }
      table.tBodies[0].replaceWith(tbody);
      box.querySelector(".month").textContent = fmt({ month: "long", year: "numeric" }).format(at);
      if (focus) tbody.querySelector("[tabindex='0']").focus();
    };
    const byMonths = n => {
      const y = at.getUTCFullYear(), m = at.getUTCMonth() + n;
      return utc(y, m, Math.min(at.getUTCDate(), utc(y, m + 1, 0).getUTCDate()));
    };
    const open = () => {
      if (closeOther) closeOther();
      closeOther = () => close(false);
      chosen = read(input.value, format);
      let narrow = [], long = [];
      for (let d = 0; d < 7; d++) {
        const t = utc(2021, 7, 2 + d); /* a Monday */
        narrow.push(plain(fmt({ weekday: "short" }).format(t)));
        long.push(fmt({ weekday: "long" }).format(t));
      }
      if (narrow.some(n => n.length > 4)) narrow = long.map((_, d) => fmt({ weekday: "narrow" }).format(utc(2021, 7, 2 + d)));
      const month = el("span", { className: "month", "aria-live": "polite" });
      const step = (word, n, d) => {
        const b = el("button", { type: "button", "aria-label": word }, icon(d));
        b.addEventListener("click", () => move(byMonths(n)));
        return b;
      };
      const table = el("table", { role: "grid", "aria-labelledby": idOf(month) },
        el("thead", {}, el("tr", {}, ...narrow.map((n, d) => el("th", { scope: "col", abbr: long[d] }, n)))), el("tbody"));
      box = el("div", { className: "calendar", role: "dialog", "aria-labelledby": idOf(label || button) },
        el("div", { className: "row" }, step(words.previous, -1, "M15 6l-6 6l6 6"), month, step(words.next, 1, "M9 6l6 6l-6 6")), table);
      if (words.today && allowed(today())) {
        const b = el("button", { type: "button", className: "today" }, words.today);
        b.addEventListener("click", () => choose(today()));
        box.append(b);
      }
      table.addEventListener("keydown", keys);
      wrap.append(box);
      button.setAttribute("aria-expanded", "true");
      move(chosen || fromIso(input.dataset.max) && (input.dataset.max < iso(today()) ? fromIso(input.dataset.max) : today()) || today());
      const r = keepInside(box, box), above = wrap.getBoundingClientRect().top;
      if (r.bottom > innerHeight && above > r.height) box.classList.add("up");
      box.querySelector("td [tabindex='0']").focus();
    };
    const keys = e => {
      const turn = getComputedStyle(box).direction === "rtl" ? -1 : 1, weekday = (at.getUTCDay() + 6) % 7;
      const days = { ArrowLeft: -turn, ArrowRight: turn, ArrowUp: -7, ArrowDown: 7, Home: -weekday, End: 6 - weekday }[e.key];
      const page = { PageUp: -1, PageDown: 1 }[e.key];
      if (days === undefined && !page || e.ctrlKey || e.metaKey || e.altKey) return;
      e.preventDefault();
      move(page ? byMonths(page * (e.shiftKey ? 12 : 1)) : new Date(+at + days * DAY), true);
    };
    button.addEventListener("click", () => box ? close(true) : open());
    wrap.addEventListener("keydown", e => {
      if (e.key === "Escape" && box) { e.preventDefault(); close(true); }
      else if (e.key === "ArrowDown" && e.altKey && e.target === input && !box) { e.preventDefault(); open(); }
    });
    wrap.addEventListener("focusout", e => { if (e.relatedTarget && !wrap.contains(e.relatedTarget)) close(false); });
    doc.addEventListener("pointerdown", e => { if (box && !e.composedPath().includes(wrap)) close(false); });
  };
  all("input[data-date]").forEach(calendar);
})();
