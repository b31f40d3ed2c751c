/* Donor Information System: the one script. Every page works without it; here are only the comforts:
   keys, drops that close, the calendar beside a date field, the focus on an error summary, one submission a form.
   No words and no styles of its own: words come from <body data-words>, looks from classes in app.css. */
"use strict";
(() => {
	const doc = document, root = doc.documentElement, body = doc.body;
	const all = css => [...doc.querySelectorAll(css)];
	const words = JSON.parse(body.dataset.words || "{}"); /* a page without words has no calendar */
	const on = (target, ...args) => target.addEventListener(...args);
	const el = (tag, props = {}, ...kids) => {
		const made = doc.createElement(tag);
		for (const [k, v] of Object.entries(props)) k in made ? made[k] = v : made.setAttribute(k, v);
		made.append(...kids);
		return made;
	};
	let count = 0;
	const idOf = node => node.id || (node.id = "dis-" + ++count);

	const icon = d => {
		const t = el("template");
		t.innerHTML = `<svg class="icon flip" viewBox="0 0 24 24" aria-hidden="true"><path d="${d}"/></svg>`;
		return t.content;
	};
	/* ----- drops and notes: one open at a time; Escape and a click outside close them ----- */
	const DROP = "details.drop, details.def";
	const openDrops = () => all(DROP).filter(d => d.open);
	on(doc, "toggle", e => {
		const d = e.target;
		if (!d.open || !d.matches(DROP)) return;
		for (const other of openDrops()) if (!other.contains(d)) other.open = false;
		keepInside(d.lastElementChild, d);
	}, true);
	on(doc, "click", e => {
		const path = e.composedPath();
		for (const d of openDrops()) if (!path.includes(d)) d.open = false;
	});
	const closeDrop = () => {
		const d = openDrops().at(-1); /* of nested ones the inner */
		if (!d) return false;
		d.open = false;
		d.querySelector("summary").focus();
		return true;
	};
	/* a popover that would leave the page turns to its other side; the classes sit on `owner` */
	const keepInside = (box, owner) => {
		owner.classList.remove("end", "up");
		const out = () => { const r = box.getBoundingClientRect(); return r.right > root.clientWidth || r.left < 0; };
		if (out()) { owner.classList.add("end"); if (out()) owner.classList.remove("end"); }
	};

	/* ----- keys: / search, ? this list, g then a letter, single letters where a link asks for one ----- */
	let keysOff = false;
	try { keysOff = localStorage.disKeys === "off"; } catch { /* no storage: keys stay on */ }
	for (const box of all("[data-keys-switch]")) {
		box.checked = !keysOff;
		box.onchange = () => {
			keysOff = !box.checked;
			try { localStorage.disKeys = keysOff ? "off" : "on"; } catch { /* for this page only, then */ }
		};
	}
	const help = doc.getElementById("shortcuts");
	const showHelp = () => { if (help && !help.open) help.showModal(); };
	for (const b of all("[data-opens=shortcuts]")) { b.hidden = !help; b.onclick = showHelp; }

	const search = () => {
		const own = all("[data-list-search]").find(b => b.checkVisibility()), side = doc.getElementById("side");
		const box = own || doc.querySelector(".side .find input");
		if (!box) { const opener = doc.querySelector("[data-opens=palette]"); if (opener) opener.click(); return; }
		if (!box.checkVisibility() && side && side.showPopover) side.showPopover();
		box.focus();
		box.select();
	};
	/* the Latin letter of the key, on keyboards that write other scripts too */
	const letter = e => /^[a-z]$/i.test(e.key) ? e.key.toLowerCase() : /^[^\x00-\x7f]$/.test(e.key) && /^Key/.test(e.code) ? e.code[3].toLowerCase() : "";
	const follow = css => { const a = doc.querySelector(css); if (a) a.click(); return !!a; };
	let gAt = 0;
	on(doc, "keydown", e => {
		if (e.defaultPrevented || e.isComposing) return;
		if (e.key === "Escape") { if (closeDrop()) e.preventDefault(); return; }
		if (keysOff || e.ctrlKey || e.metaKey || e.altKey || e.repeat) return;
		/* a dialog just closed keeps the focus for a moment; what is typed then is for the page */
		const dialog = e.target.closest("dialog");
		if (dialog ? dialog.open : e.target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable], .calendar")) return;
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
		summary.tabIndex = -1;
		summary.focus();
	}
	for (const f of all(".flash[role=status]")) setTimeout(() => { if (!f.contains(doc.activeElement)) f.append(...f.childNodes); }, 400);
	for (const b of all(".flash [data-dismiss]")) {
		b.hidden = false;
		b.onclick = () => b.closest(".flash").remove();
	}

	const held = new Set();
	const release = () => { for (const b of held) b.disabled = false; held.clear(); };
	on(doc, "submit", e => {
		const form = e.target;
		if (!form.matches("[data-once]")) return;
		setTimeout(() => { /* after the browser has read the form, the pressed button's name included */
			if (!e.defaultPrevented) for (const b of form.elements) if (/^(submit|image)$/.test(b.type) && !b.disabled) { b.disabled = true; held.add(b); }
		});
		setTimeout(release, 15000); /* a line that died, or an answer that was a file: the page is still here */
	});
	on(window, "pageshow", release);

	/* ----- what is typed is kept in this tab until the server has it: over the back button, a reload, a dead line ----- */
	const keep = doc.querySelector("form[data-keep]");
	let store = null;
	try { store = sessionStorage; } catch { /* no storage: the browser's own memory has to do */ }
	if (store && doc.querySelector(".flash") && store.disSent) {
		store.removeItem(store.disSent);
		store.removeItem("disSent");
	}
	if (store && doc.querySelector("main.alone")) for (const k of Object.keys(store)) if (k.startsWith("dis:")) store.removeItem(k);
	if (store && keep) {
		const key = "dis:" + location.pathname + location.search, OURS = ["csrf", "form_id", "was", "press"];
		const typed = () => [...keep.elements].filter(f => f.name && !OURS.includes(f.name) && !/^(submit|button|password|file)$/.test(f.type));
		const value = f => f.type === "checkbox" ? f.checked ? f.value : "" : f.value;
		const all = () => JSON.stringify(typed().map(f => [f.name, value(f)]));
		const drawn = all(), told = doc.querySelector("#summary, #conflict, #preview");
		const tell = () => {
			const anew = el("button", { type: "button", className: "button quiet", onclick: () => { store.removeItem(key); location.assign(location.pathname + location.search); } }, words.anew);
			keep.prepend(el("div", { className: "notice", role: "status" }, icon("M12 8l0 4l2 2M3.05 11a9 9 0 1 1 .5 4m-.5 5v-5h5"), el("div", { className: "row" }, el("p", {}, words.kept), anew)));
		};
		let was = [];
		try { was = JSON.parse(store[key] || "[]"); } catch { /* not ours */ }
		const fields = new Map(typed().map(f => [f.name, f])), missing = was.filter(([name]) => !fields.has(name));
		if (was.length && !told && JSON.stringify(was) !== drawn && !keep.dataset.pressed) {
			for (const [name, text] of was) {
				const f = fields.get(name);
				if (f && f.type === "checkbox") f.checked = f.value === text;
				else if (f && f.type !== "hidden") f.value = text;
			}
			if (missing.some(([name]) => /-\d+$/.test(name)) && store.disDrawn !== key) { /* rows of a table: the server draws them */
				store.disDrawn = key;
				for (const [name, text] of [...missing, ["press", "draw"]]) keep.append(el("input", { type: "hidden", name, value: text }));
				keep.submit();
			} else tell();
		} else if (store.disDrawn === key) {
			store.removeItem("disDrawn");
			tell();
		}
		const save = () => { if (all() === drawn && !told) store.removeItem(key); else store[key] = all(); };
		on(keep, "input", save);
		on(keep, "submit", e => { save(); if (!(e.submitter && e.submitter.name === "press")) store.disSent = key; });
	}

	/* ----- dates ----- */
	const utc = (y, m, d) => { const t = new Date(0); t.setUTCFullYear(y, m, d); return t; };
	const iso = t => t.toISOString().slice(0, 10);
	const fromIso = s => {
		const m = /^(19\d\d|2[01]\d\d)-(\d\d?)-(\d\d?)$/.exec(s);
		const t = m && utc(m[1], m[2] - 1, m[3]);
		return t && t.getUTCDate() === +m[3] ? t : null;
	};
	const fmt = o => new Intl.DateTimeFormat(root.lang || "en", { calendar: "gregory", numberingSystem: "latn", timeZone: "UTC", ...o });
	const plain = s => s.replace(/\./g, "");
	const months = () => words.months || (words.months = Array.from({ length: 12 }, (_, m) => {
		const t = utc(2021, m, 1), name = fmt({ day: "numeric", month: "short" }).formatToParts(t).find(p => p.type === "month").value;
		return plain(/^\d+$/.test(name) ? fmt({ month: "short" }).format(t) : name); /* 7月, not 7 */
	}));
	const write = (t, format) => {
		const [yyyy, MM, dd] = iso(t).split("-"), part = { yyyy, MM, dd, MMM: months()[MM - 1], M: +MM, d: +dd };
		return format.replace(/yyyy|M{1,3}|dd?/g, k => part[k]);
	};
	/* good enough to open at the right month; what counts is what the server reads */
	const read = (s, format) => {
		let text = plain(s.trim()).toLowerCase();
		const order = format.replace(/[^yMd]/g, "").replace(/(.)\1+/g, "$1"), part = {};
		if (/^\d{4}-/.test(text)) return fromIso(text);
		if (format.includes("MMM")) {
			part.M = months().findLastIndex(name => text.includes(plain(name).toLowerCase())) + 1;
			if (part.M) text = text.replace(plain(months()[part.M - 1]).toLowerCase(), " ");
		}
		const n = text.match(/\d+/g) || [];
		for (const k of order) if (!part[k]) part[k] = +n.shift();
		if (part.y < 100) part.y += 2000;
		return fromIso(`${part.y}-${part.M}-${part.d}`);
	};
	const now = new Date(), today = fromIso(body.dataset.today) || utc(now.getFullYear(), now.getMonth(), now.getDate());

	const LEAF = "M4 7a2 2 0 0 1 2 -2h12a2 2 0 0 1 2 2v12a2 2 0 0 1 -2 2h-12a2 2 0 0 1 -2 -2l0 -12M16 3l0 4M8 3l0 4M4 11l16 0M8 15h2v2h-2l0 -2";

	const calendar = input => {
		if (!words.calendar || input.disabled || input.readOnly) return;
		let wrap = input.parentElement;
		if (!wrap.matches(".date")) {
			wrap = el("span", { className: "date" });
			input.before(wrap);
			wrap.append(input);
		}
		const format = input.dataset.format || "d MMM yyyy";
		const button = el("button", { type: "button", ariaLabel: words.calendar, ariaExpanded: "false", ariaHasPopup: "dialog" }, icon(LEAF));
		const label = input.labels && input.labels[0];
		if (label) button.setAttribute("aria-labelledby", `${idOf(button)} ${idOf(label)}`);
		wrap.append(button);
		let box = null, at = null, chosen = null;

		const close = back => {
			if (!box) return;
			box.remove();
			box = null;
			button.ariaExpanded = "false";
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
			if (!fromIso(iso(t))) return; /* 1900 to 2199, as in files */
			at = t;
			const y = t.getUTCFullYear(), m = t.getUTCMonth(), tbody = el("tbody"), full = fmt({ dateStyle: "full" });
			const lead = (utc(y, m, 1).getUTCDay() + 6) % 7, days = utc(y, m + 1, 0).getUTCDate();
			for (let cell = 0; cell < lead + days; cell++) {
				if (cell % 7 === 0) tbody.append(el("tr"));
				const td = el("td"), day = cell - lead + 1;
				if (day > 0) {
					const date = utc(y, m, day), b = el("button", { type: "button", tabIndex: day === at.getUTCDate() ? 0 : -1, ariaLabel: full.format(date), onclick: () => choose(date) }, day);
					if (+date === +today) b.ariaCurrent = "date";
					if (!allowed(date)) b.ariaDisabled = "true";
					td.ariaSelected = String(!!chosen && +date === +chosen);
					td.append(b);
				}
				tbody.lastChild.append(td);
			}
			box.querySelector("tbody").replaceWith(tbody);
			box.querySelector(".month").textContent = fmt({ month: "long", year: "numeric" }).format(at);
			if (focus) tbody.querySelector("[tabindex='0']").focus();
		};
		const byMonths = n => {
			const y = at.getUTCFullYear(), m = at.getUTCMonth() + n;
			return utc(y, m, Math.min(at.getUTCDate(), utc(y, m + 1, 0).getUTCDate()));
		};
		const open = () => {
			chosen = read(input.value, format);
			const week = weekday => Array.from({ length: 7 }, (_, d) => plain(fmt({ weekday }).format(utc(2021, 7, 2 + d)))); /* from a Monday */
			const long = week("long"), short = week("short"), names = short.some(n => n.length > 4) ? week("narrow") : short;
			const month = el("span", { className: "month", "aria-live": "polite" });
			const step = (word, n, d) => el("button", { type: "button", ariaLabel: word, onclick: () => move(byMonths(n)) }, icon(d));
			const table = el("table", { role: "grid", "aria-labelledby": idOf(month) },
				el("thead", {}, el("tr", {}, ...names.map((n, d) => el("th", { scope: "col", abbr: long[d] }, n)))), el("tbody"));
			box = el("div", { className: "calendar", role: "dialog", "aria-labelledby": idOf(label || button) },
				el("div", { className: "row" }, step(words.previous, -1, "M15 6l-6 6l6 6"), month, step(words.next, 1, "M9 6l6 6l-6 6")), table);
			if (words.today && allowed(today)) box.append(el("button", { type: "button", className: "today", onclick: () => choose(today) }, words.today));
			on(table, "keydown", keys);
			wrap.append(box);
			button.ariaExpanded = "true";
			move(chosen || (allowed(today) ? today : fromIso(input.dataset.max) || fromIso(input.dataset.min)));
			keepInside(box, box);
			const r = box.getBoundingClientRect(), above = wrap.getBoundingClientRect().top;
			if (r.bottom > innerHeight && above > r.height) box.classList.add("up");
			box.querySelector("td [tabindex='0']").focus();
		};
		const keys = e => {
			const turn = getComputedStyle(box).direction === "rtl" ? -1 : 1, weekday = (at.getUTCDay() + 6) % 7;
			const days = { ArrowLeft: -turn, ArrowRight: turn, ArrowUp: -7, ArrowDown: 7, Home: -weekday, End: 6 - weekday }[e.key];
			const page = { PageUp: -1, PageDown: 1 }[e.key];
			if (days === undefined && !page || e.ctrlKey || e.metaKey || e.altKey) return;
			e.preventDefault();
			move(page ? byMonths(page * (e.shiftKey ? 12 : 1)) : new Date(+at + days * 864e5), true);
		};
		button.onclick = () => box ? close(true) : open();
		on(wrap, "keydown", e => {
			if (e.key === "Escape" && box) { e.preventDefault(); close(true); }
			else if (e.key === "ArrowDown" && e.altKey && e.target === input && !box) { e.preventDefault(); open(); }
		});
		on(wrap, "focusout", e => { if (e.relatedTarget && !wrap.contains(e.relatedTarget)) close(false); });
		on(doc, "pointerdown", e => { if (box && !e.composedPath().includes(wrap)) close(false); });
	};
	all("input[data-date]").forEach(calendar);

	/* ----- finding: suggestions in a field, look-alikes of a donor, the command palette, recent things ----- */
	const folded = s => s.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

	/* asks once the typing pauses; an answer that comes after a newer question is dropped */
	const asker = (address, pause, show) => {
		let timer, running;
		const stop = () => { clearTimeout(timer); if (running) running.abort(); };
		const ask = (query, at) => {
			stop();
			timer = setTimeout(async () => {
				const mine = running = new AbortController();
				try {
					const answer = await fetch(address + "?" + new URLSearchParams(query), { signal: mine.signal, headers: { Accept: "application/json" } });
					/* signed out meanwhile: the page says so when it is next sent, and what was typed is still there */
					show(answer.ok ? (await answer.json()).items : null);
				} catch (error) { if (error.name !== "AbortError") show(null); }
			}, at ?? pause);
		};
		return { ask, stop };
	};

	/* what both boxes do by the ARIA pattern "combobox with a list": the focus stays in the box, arrows walk the options */
	const walker = (box, list, choose) => {
		let at = -1;
		const options = () => [...list.querySelectorAll("[role=option]")];
		const mark = to => {
			const all = options();
			at = all.length ? (to + all.length) % all.length : -1;
			all.forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
			if (at < 0) box.removeAttribute("aria-activedescendant");
			else { box.setAttribute("aria-activedescendant", idOf(all[at])); all[at].scrollIntoView({ block: "nearest" }); }
		};
		const none = () => { at = -1; for (const option of options()) option.setAttribute("aria-selected", "false"); box.removeAttribute("aria-activedescendant"); };
		list.addEventListener("pointerdown", e => { if (e.button === 0 && e.pointerType === "mouse") e.preventDefault(); }); /* the focus stays */
		list.addEventListener("click", e => {
			const option = e.target.closest("[role=option]");
			if (option) choose(option, e);
		});
		return { mark, none, options, at: () => at, current: () => options()[at] };
	};

	const bold = (name, typed) => {
		const span = el("span", { className: "name", dir: "auto" }), at = typed ? name.toLowerCase().indexOf(typed.toLowerCase()) : -1;
		if (at < 0) span.append(name);
		else span.append(name.slice(0, at), el("b", {}, name.slice(at, at + typed.length)), name.slice(at + typed.length));
		return span;
	};
	const NO_CODE = ["page", "action", "view", "person", "meeting", "follow_up", "contact", "document", "intelligence"]; /* what has a code that says nothing to people */
	const BY_CODE = ["pledge", "contribution", "report", "currency"]; /* what people call by its code rather than by its name */
	const draw = (item, typed) => {
		const text = el("span", {}, bold(item.name, typed));
		if (item.note) text.append(el("span", { className: "sub", dir: "auto" }, item.note));
		const option = el("div", { role: "option", "aria-selected": "false" }, text);
		if (!NO_CODE.includes(item.kind) && item.code !== item.name) option.append(el("span", { className: "code" }, item.code));
		option.item = item;
		return option;
	};

	/* ----- a field that suggests: an input with the code, or a select, becomes a box to type in; the form sends the code ----- */
	const suggest = field => {
		const select = field.matches("select"), kind = field.dataset.suggest;
		if (field.disabled || field.readOnly) return;
		const box = select ? el("input", { type: "text" }) : field;
		const carrier = select ? field : el("input", { type: "hidden", name: field.name, value: field.value });
		const wrap = el("span", { className: "suggest" }), list = el("div", { className: "found", role: "listbox", hidden: true }), status = el("span", { className: "sr", role: "status" });
		field.before(wrap);
		if (select) {
			const id = field.id;
			for (const name of ["aria-describedby", "aria-invalid", "required"]) if (field.hasAttribute(name)) box.setAttribute(name, field.getAttribute(name));
			field.removeAttribute("id");
			field.removeAttribute("required");
			field.hidden = true;
			box.id = id;
			box.value = field.value ? field.selectedOptions[0].textContent.trim() : "";
		} else {
			box.removeAttribute("name");
			box.removeAttribute("list");
			if (field.dataset.label && field.value === field.defaultValue) box.value = field.dataset.label; /* not of what was kept from before */
			if (field.form && field.hasAttribute("form")) carrier.setAttribute("form", field.form.id);
		}
		wrap.append(box, carrier, list, status);
		const label = box.labels && box.labels[0];
		list.setAttribute("aria-label", label ? label.textContent : "");
		for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": idOf(list), "aria-autocomplete": "list", autocomplete: "off", autocapitalize: "off", spellcheck: "false" })) box.setAttribute(name, value);
		let shown = box.value, chosen = carrier.value;

		const tell = () => { for (const type of ["input", "change"]) carrier.dispatchEvent(new Event(type, { bubbles: true })); };
		const close = () => { list.hidden = true; box.setAttribute("aria-expanded", "false"); walk.none(); };
		const open = () => {
			list.hidden = false;
			box.setAttribute("aria-expanded", "true");
			list.classList.remove("up");
			const r = list.getBoundingClientRect();
			if (r.bottom > innerHeight && box.getBoundingClientRect().top > r.height) list.classList.add("up");
		};
		const set = (code, text) => {
			carrier.value = code;
			chosen = code;
			shown = box.value = text;
			questions.stop();
			close();
			status.textContent = "";
			tell();
		};
		const choose = option => { set(option.item.code, BY_CODE.includes(option.item.kind) ? option.item.code : option.item.name); box.focus(); };
		const walk = walker(box, list, choose);
		const show = items => {
			if (doc.activeElement !== box) return;
			if (!items || !items.length) {
				close();
				list.replaceChildren();
				status.textContent = items ? words.nothing : words.failed;
				if (!items) { list.append(el("p", { className: "hint" }, words.failed)); list.hidden = false; }
				return;
			}
			list.replaceChildren(...items.map(item => draw(item, box.value.trim())));
			status.textContent = words.found.replace("#", items.length);
			open();
		};
		const server = asker("/suggest", 120, show);
		const own = {
			ask: ({ q }) => {
				const asked = folded(q).split(/\s+/);
				const all = [...field.options].filter(o => o.value).map(o => ({ kind, code: o.value, name: o.textContent.trim() }));
				show(all.filter(o => asked.every(word => folded(o.name + " " + o.code).includes(word))).slice(0, 50));
			},
			stop: () => {},
		};
		const questions = select ? own : server;
		const small = select || ["unit", "fund", "currency", "person"].includes(kind);
		const ask = at => {
			const q = box.value.trim();
			if (q || small) questions.ask({ kind, q, most: small && !q ? 50 : 8 }, at);
			else { questions.stop(); close(); status.textContent = ""; }
		};
		box.addEventListener("input", () => {
			/* until something is chosen the text itself is sent: a code or an exact name is understood */
			if (select) { const exact = [...field.options].find(o => folded(o.textContent) === folded(box.value) || o.value === box.value.trim()); carrier.value = exact ? exact.value : ""; }
			else carrier.value = box.value.trim() === shown ? chosen : box.value;
			tell();
			ask();
		});
		box.addEventListener("keydown", e => {
			if (e.isComposing || e.ctrlKey || e.metaKey) return;
			const opened = !list.hidden && walk.options().length;
			const { key, altKey } = e;
			if (key === "ArrowDown" || key === "ArrowUp") {
				if (opened && altKey) close();
				else if (opened) walk.mark(key === "ArrowDown" ? walk.at() + 1 : walk.at() < 0 ? -1 : walk.at() - 1);
				else if (walk.options().length && box.value.trim() !== shown) { open(); if (!altKey) walk.mark(key === "ArrowDown" ? 0 : -1); }
				else ask(0);
			} else if (key === "Enter" && opened && walk.current()) choose(walk.current());
			else if (key === "Escape" && (opened || !list.hidden)) close();
			else if ((key === "Home" || key === "End") && opened && walk.current()) walk.mark(key === "Home" ? 0 : -1);
			else if (key === "Tab") { if (opened && walk.current()) choose(walk.current()); else close(); return; }
			else return;
			e.preventDefault();
		});
		box.addEventListener("focus", () => { if (box.value) box.select(); });
		box.addEventListener("click", () => { if (small && list.hidden) ask(0); });
		box.addEventListener("blur", () => setTimeout(() => {
			if (wrap.contains(doc.activeElement)) return;
			const exact = walk.options().find(o => [o.item.code, o.item.name].some(text => folded(text) === folded(box.value)));
			if (exact && box.value.trim() && box.value !== shown) set(exact.item.code, BY_CODE.includes(exact.item.kind) ? exact.item.code : exact.item.name);
			if (select && !box.value.trim() && carrier.value) { carrier.value = ""; tell(); }
			close();
		}, 120));
		if (field.form || box.form) (field.form || box.form).addEventListener("reset", () => setTimeout(() => { carrier.value = chosen; box.value = shown; }));
	};
	for (const field of doc.querySelectorAll("[data-suggest]")) suggest(field);
	doc.addEventListener("dis:added", e => { for (const field of e.target.querySelectorAll("[data-suggest]:not([role])")) suggest(field); }); /* rows a script adds */

	/* ----- a donor that may be here already ----- */
	for (const box of doc.querySelectorAll("[data-duplicates=donor]")) {
		const hint = el("div", { className: "notice warn alike", role: "status", hidden: true });
		(box.closest(".field") || box).append(hint);
		if (!hint.parentElement.matches(".field")) box.after(hint);
		const country = box.form && box.form.elements[box.dataset.country || "country"];
		const questions = asker("/suggest/duplicates", 300, items => {
			hint.hidden = !items || !items.length;
			if (hint.hidden) return hint.replaceChildren();
			hint.replaceChildren(el("div", {}, el("strong", {}, words.alike), el("ul", {}, ...items.map(d =>
				el("li", {}, el("a", { href: d.href, target: "_blank", rel: "noopener", dir: "auto" }, d.name, el("span", { className: "sr" }, " " + words.newTab)), ` ${d.code} · ${d.why}`)))));
		});
		const ask = () => {
			const name = box.value.trim(), of = country && country.value ? country.value.trim() : "";
			if (name.length > 2 || of) questions.ask({ name, country: of, but: box.dataset.but || "" });
			else { questions.stop(); hint.hidden = true; }
		};
		box.addEventListener("input", ask);
		if (country && country.addEventListener) country.addEventListener("change", ask);
	}

	/* ----- the command palette ----- */
	const palette = doc.getElementById("palette");
	if (palette) {
		const box = palette.querySelector("input"), list = palette.querySelector(".found"), status = palette.querySelector("[role=status]");
		const kinds = new Map([...palette.querySelectorAll("template[data-kind]")].map(t => [t.dataset.kind, t]));
		const go = (option, e) => {
			const { href, press } = option.item;
			if (press) {
				palette.close();
				const button = doc.querySelector(`[data-press="${press}"]`);
				if (button) button.click();
			} else if (e && (e.ctrlKey || e.metaKey)) window.open(href, "_blank", "noopener");
			else location.assign(href);
		};
		const walk = walker(box, list, go);
		const everywhere = typed => "/search?q=" + encodeURIComponent(typed);
		const show = items => {
			const typed = box.value.trim(), groups = [];
			for (const item of items || []) {
				const name = typed ? item.kind : "recent";
				let group = groups.find(g => g.name === name);
				if (!group) groups.push(group = { name, items: [] });
				group.items.push(item);
			}
			list.replaceChildren(...groups.map(({ name, items }) => {
				const label = kinds.get(name) ? kinds.get(name).dataset.label : words.recent;
				const head = el("div", { className: "group", role: "presentation" }, label);
				return el("div", { role: "group", "aria-labelledby": idOf(head) }, head, ...items.map(item => {
					const option = draw(item, typed);
					option.prepend(kinds.get(item.kind).content.cloneNode(true));
					return option;
				}));
			}));
			/* whatever is found, everything that says the words is a page away */
			if (typed && items) {
				const more = draw({ kind: "page", code: "", name: words.everything.replace("#", typed), href: everywhere(typed) }, "");
				const magnifier = palette.querySelector(".ask .icon");
				if (magnifier) more.prepend(magnifier.cloneNode(true));
				list.append(more);
			}
			box.setAttribute("aria-expanded", String(list.childElementCount > 0));
			status.textContent = !items ? words.failed : items.length ? words.found.replace("#", items.length) : typed ? words.nothing : "";
			status.classList.toggle("sr", !!items && items.length > 0);
			list.scrollTop = 0;
			if (typed && groups.length) walk.mark(0); else walk.none();
		};
		const questions = asker("/suggest", 80, show);
		const openPalette = typed => {
			if (palette.open) return;
			for (const other of doc.querySelectorAll("dialog[open]")) other.close();
			const side = doc.getElementById("side");
			if (side && side.matches(":popover-open")) side.hidePopover();
			box.value = typed || "";
			list.replaceChildren();
			status.textContent = "";
			walk.none();
			palette.showModal();
			box.focus();
			questions.ask({ q: box.value }, 0);
		};
		for (const opener of doc.querySelectorAll("[data-opens=palette]")) opener.addEventListener("click", e => { e.preventDefault(); openPalette(); });
		for (const closer of palette.querySelectorAll("[data-closes]")) closer.addEventListener("click", () => palette.close());
		palette.addEventListener("click", e => { if (e.target === palette) palette.close(); });
		palette.addEventListener("close", () => questions.stop());
		box.addEventListener("input", () => questions.ask({ q: box.value.trim() }));
		box.addEventListener("keydown", e => {
			if (e.isComposing) return;
			const { key } = e, any = walk.options().length;
			if (key === "ArrowDown" && any) walk.mark(walk.at() + 1);
			else if (key === "ArrowUp" && any) walk.mark(walk.at() < 0 ? -1 : walk.at() - 1);
			else if (key === "PageDown" && any) walk.mark(Math.min(walk.at() + 5, any - 1));
			else if (key === "PageUp" && any) walk.mark(Math.max(walk.at() - 5, 0));
			else if ((key === "Home" || key === "End") && any && !e.shiftKey) walk.mark(key === "Home" ? 0 : -1);
			else if (key === "Enter") {
				if (walk.current()) go(walk.current(), e);
				else if (box.value.trim()) location.assign(everywhere(box.value.trim()));
			} else return;
			e.preventDefault();
		});
		doc.addEventListener("keydown", e => {
			if (e.isComposing || e.altKey || e.shiftKey || !(e.ctrlKey || e.metaKey)) return;
			if (e.key.toLowerCase() !== "k" && e.code !== "KeyK") return;
			e.preventDefault();
			if (palette.open) palette.close(); else openPalette();
		});
	}
	/* a shortcut the page has no use for is not listed */
	for (const line of doc.querySelectorAll("[data-if-key]")) line.hidden = !doc.querySelector(`[data-key="${line.dataset.ifKey}"]`);
	for (const dialog of doc.querySelectorAll("#shortcuts")) dialog.addEventListener("click", e => { if (e.target === dialog) dialog.close(); });

	/* ----- what was opened last: kept with the account, so that the next person at this browser never sees it ----- */
	const thing = doc.querySelector("[data-thing]"), token = doc.querySelector("[name=csrf]");
	if (thing && token) {
		const at = thing.dataset.thing.indexOf("/");
		const said = new URLSearchParams({ csrf: token.value, room: thing.dataset.thing.slice(0, at), code: thing.dataset.thing.slice(at + 1) });
		fetch("/recent", { method: "POST", body: said, keepalive: true }).catch(() => {}); /* a comfort: nothing is lost with it */
	}

	/* ----- a form of files that tells how far it has come; its files stay chosen where the line dies or the session ran out ----- */
	const sending = zone => {
		const bar = zone.querySelector("[data-bar]"), failed = zone.querySelector("[data-failed]"), button = zone.querySelector("button");
		let anew = false;
		const fail = text => {
			bar.hidden = true;
			failed.hidden = false;
			failed.textContent = text;
			button.disabled = false;
		};
		on(zone, "submit", async e => {
			e.preventDefault();
			e.stopImmediatePropagation();
			if (button.disabled) return;
			button.disabled = true;
			failed.hidden = true;
			bar.hidden = false;
			const progress = bar.querySelector("progress");
			progress.value = 0;
			if (anew) {
				/* another session may have begun in another window: its token is on the page as it is now */
				try {
					const page = new DOMParser().parseFromString(await (await fetch(location.href, { headers: { accept: "text/html" } })).text(), "text/html");
					zone.elements.csrf.value = page.querySelector("form[data-progress] [name=csrf]").value;
				} catch { return fail(failed.dataset.wordsSignedOut); }
			}
			const ask = new XMLHttpRequest();
			ask.open("POST", zone.action);
			ask.setRequestHeader("accept", "text/html");
			ask.upload.addEventListener("progress", got => { if (got.lengthComputable) progress.value = 100 * got.loaded / got.total; });
			ask.addEventListener("error", () => fail(failed.dataset.wordsDead));
			ask.addEventListener("load", () => {
				if (ask.status < 400) return void location.assign(ask.responseURL);
				if (ask.status === 401 || ask.status === 403) {
					anew = true;
					return fail(failed.dataset.wordsSignedOut);
				}
				const told = new DOMParser().parseFromString(ask.responseText, "text/html").querySelector(".notice.bad, .lead");
				fail(told ? told.textContent.trim() : failed.dataset.wordsDead);
			});
			ask.send(new FormData(zone));
		}, true);
	};

	/* ----- imports: files dropped anywhere on the page; work behind the page shows how far it is ----- */
	const zone = doc.querySelector("form[data-drop]");
	if (zone) {
		const input = zone.querySelector("input[type=file]");
		/* a server that cuts a large upload off cannot always say why: say it before */
		const fits = () => {
			const sizes = [...input.files].map(f => f.size), each = +input.dataset.mostEach || Infinity;
			const over = sizes.reduce((sum, size) => sum + size, 0) > +input.dataset.most || sizes.some(size => size > each);
			input.setCustomValidity(over ? input.dataset.tooLarge : "");
		};
		on(input, "change", fits);
		const hasFiles = e => [...(e.dataTransfer?.types || [])].includes("Files");
		on(doc, "dragover", e => { if (hasFiles(e)) { e.preventDefault(); zone.classList.add("over"); } });
		on(doc, "dragleave", e => { if (!e.relatedTarget) zone.classList.remove("over"); });
		on(doc, "drop", e => {
			if (!hasFiles(e)) return;
			e.preventDefault();
			zone.classList.remove("over");
			input.files = e.dataTransfer.files;
			fits();
			zone.requestSubmit();
		});
		if ("progress" in zone.dataset) sending(zone);
	}
	const working = doc.querySelector("[data-working]");
	if (working) {
		const look = async () => {
			let next = null;
			try {
				const got = await fetch(location.href, { headers: { accept: "text/html" } });
				if (got.ok) next = new DOMParser().parseFromString(await got.text(), "text/html");
			} catch { /* a line that died: the next look may be luckier */ }
			if (!next) return void setTimeout(look, 3000);
			const now = next.querySelector("[data-working]");
			if (!now) return location.reload();
			working.replaceChildren(...now.childNodes);
			setTimeout(look, 1000);
		};
		setTimeout(look, 700);
	}

	/* ----- a field that takes several, with semicolons between: suggestions for the part one types ----- */
	const many = box => {
		const kind = box.dataset.many, one = "one" in box.dataset, first = box.autofocus || doc.activeElement === box;
		const wrap = el("span", { className: "suggest" }), list = el("div", { className: "found", role: "listbox", hidden: true }), status = el("span", { className: "sr", role: "status" });
		box.before(wrap);
		wrap.append(box, list, status);
		if (first && !doc.querySelector("[data-focus]")) box.focus();
		const label = box.labels && box.labels[0];
		list.setAttribute("aria-label", label ? label.textContent : "");
		for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": idOf(list), "aria-autocomplete": "list", autocomplete: "off", autocapitalize: "off", spellcheck: "false" })) box.setAttribute(name, value);
		const parts = () => one ? [box.value] : box.value.split(";"), last = () => parts().at(-1).trim();
		const close = () => { list.hidden = true; box.setAttribute("aria-expanded", "false"); walk.none(); };
		const open = () => {
			list.hidden = false;
			box.setAttribute("aria-expanded", "true");
			list.classList.remove("up");
			const r = list.getBoundingClientRect();
			if (r.bottom > innerHeight && box.getBoundingClientRect().top > r.height) list.classList.add("up");
		};
		const choose = option => {
			const { name, code } = option.item;
			box.value = [...parts().slice(0, -1).map(part => part.trim()).filter(Boolean), BY_CODE.includes(kind) ? code : name].join("; ");
			questions.stop();
			close();
			for (const type of ["input", "change"]) box.dispatchEvent(new CustomEvent(type, { bubbles: true, detail: "chosen" }));
			box.focus();
		};
		const walk = walker(box, list, choose);
		const questions = asker("/suggest", 120, items => {
			if (doc.activeElement !== box) return;
			list.replaceChildren(...(items || []).map(item => draw(item, last())));
			status.textContent = !items ? words.failed : items.length ? words.found.replace("#", items.length) : words.nothing;
			if (items && items.length) open(); else close();
		});
		on(box, "input", e => {
			if (e.detail === "chosen") return;
			if (last()) questions.ask({ kind, q: last(), most: 8 });
			else { questions.stop(); close(); }
		});
		on(box, "keydown", e => {
			if (e.isComposing || e.ctrlKey || e.metaKey) return;
			const opened = !list.hidden && walk.options().length;
			if (e.key === "ArrowDown" && opened) walk.mark(walk.at() + 1);
			else if (e.key === "ArrowUp" && opened) walk.mark(walk.at() < 0 ? -1 : walk.at() - 1);
			else if (e.key === "ArrowDown" && last()) questions.ask({ kind, q: last(), most: 8 }, 0);
			/* Enter takes the one marked, or the only or nearest one of a donor or pledge; a person who is theirs may be anybody */
			else if (e.key === "Enter" && opened && (walk.current() || !one)) choose(walk.current() || walk.options()[0]);
			else if (e.key === "Escape" && opened) close();
			else if (e.key === "Tab") { if (opened && walk.current()) choose(walk.current()); else close(); return; }
			else return;
			e.preventDefault();
		});
		on(box, "blur", () => setTimeout(() => { if (!wrap.contains(doc.activeElement)) { questions.stop(); close(); } }, 120));
	};
	all("[data-many]").forEach(many);

	/* ----- meetings: lines of follow-ups, what stands beside, the draft ----- */
	const meeting = doc.getElementById("meeting");
	if (meeting) {
		const blank = meeting.querySelector("template[data-line]"), rows = meeting.querySelector("[data-lines]");
		on(meeting, "click", e => {
			const button = e.target.closest("button[name=press]");
			if (!button || !blank) return;
			if (button.value === "add") {
				const nth = rows.children.length, made = el("template");
				if (nth >= 30) return;
				/* names carry the number from nought, the words from one */
				made.innerHTML = blank.innerHTML.replaceAll("-NTH", "-" + nth).replaceAll("NTH", nth + 1);
				rows.append(made.content);
				const row = rows.lastElementChild;
				row.querySelectorAll("input[data-date]").forEach(calendar);
				row.querySelectorAll("[data-many]").forEach(many);
				row.querySelector("input[id^=text-]").focus();
			} else if (button.value.startsWith("remove-")) {
				/* emptied rather than taken away: the numbers of the others stay */
				const row = button.closest("fieldset");
				for (const f of row.querySelectorAll("input:not([type])")) f.value = "";
				row.hidden = true;
				meeting.dispatchEvent(new Event("input", { bubbles: true }));
				const left = [...rows.children].filter(other => !other.hidden).at(-1);
				(left ? left.querySelector("input[id^=text-]") : meeting.querySelector("button[value=add]")).focus();
			} else return;
			e.preventDefault();
		});
		on(meeting, "keydown", e => {
			if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey) || e.isComposing) return;
			e.preventDefault();
			meeting.requestSubmit(meeting.querySelector("[data-save]"));
		});

		const aside = doc.querySelector("[data-beside]"), donors = meeting.elements.donors;
		let asked = donors ? donors.value : "", pause;
		const look = async () => {
			if (donors.value === asked) return;
			asked = donors.value;
			const ticked = new Set([...aside.querySelectorAll(":checked")].map(box => box.value));
			try {
				const but = /^\/meetings\/([^/]+)\/edit/.exec(meeting.getAttribute("action"));
				const got = await fetch("/meetings/beside?" + new URLSearchParams({ donors: asked, but: but ? but[1] : "" }));
				if (!got.ok || got.redirected || donors.value !== asked) return;
				aside.innerHTML = await got.text();
				for (const box of aside.querySelectorAll("input[name=settled]")) box.checked = ticked.has(box.value);
			} catch { /* a line that died: the form does without */ }
		};
		if (aside && donors) on(donors, "input", () => { clearTimeout(pause); pause = setTimeout(look, 350); });
	}

	const drafting = doc.querySelector("form[data-draft]");
	let copies = null;
	try { copies = localStorage; } catch { /* no storage: only the server keeps drafts, then */ }
	if (copies && doc.querySelector(".flash") && store && store.disSentDraft) {
		copies.removeItem(store.disSentDraft);
		store.removeItem("disSentDraft");
	}
	if (drafting) {
		const say = JSON.parse(drafting.dataset.draftWords), status = drafting.querySelector("[data-saved]");
		const mine = `disDraft:${drafting.dataset.draft}:`, OURS = ["csrf", "form_id", "press", "draft_version", "draft_writer"], DAYS = 14 * 864e5;
		const unique = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b, n) => (n === 6 ? b & 15 | 64 : n === 8 ? b & 63 | 128 : b).toString(16).padStart(2, "0")).join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
		const writer = unique(), { form_id: id, draft_version: version, csrf } = drafting.elements;
		const fields = () => [...new FormData(drafting)].filter(([name]) => !OURS.includes(name));
		const said = () => JSON.stringify(fields()), key = () => mine + id.value;
		const copy = at => { try { return JSON.parse(copies[at]); } catch { return null; } };
		const keepCopy = () => { if (copies) try { copies[key()] = JSON.stringify({ at: Date.now(), fields: fields() }); } catch { /* full: the server keeps it */ } };
		const dropCopy = at => { if (copies) copies.removeItem(at); };
		const tell = (text, ok) => status.replaceChildren(icon(ok ? "M11 18.004h-4.343c-2.572 -.004 -4.657 -2.011 -4.657 -4.487c0 -2.475 2.085 -4.482 4.657 -4.482c.393 -1.762 1.794 -3.2 3.675 -3.773c1.88 -.572 3.956 -.193 5.444 1c1.488 1.19 2.162 3.007 1.77 4.769h.99c1.388 0 2.585 .82 3.138 2.007M15 19l2 2l4 -4" : "M12 9v4M10.363 3.591l-8.106 13.534a1.914 1.914 0 0 0 1.636 2.871h16.214a1.914 1.914 0 0 0 1.636 -2.87l-8.106 -13.536a1.914 1.914 0 0 0 -3.274 0M12 16h.01"), el("span", {}, text));

		/* what this very form said and the server has not: where it is something else than is shown, it waits aside to be offered */
		const told = doc.querySelector("#summary, #conflict"), waits = copies && copy(key());
		if (waits && !told && JSON.stringify(waits.fields) !== said()) {
			copies[`${key()}+${waits.at}`] = copies[key()];
			dropCopy(key());
		}
		const untold = copies && copy(key());
		let kept = untold ? null : said(), timer, busy = false, ended = false;
		const later = ms => { clearTimeout(timer); timer = setTimeout(save, ms); };
		const save = async (last = false) => {
			clearTimeout(timer);
			const now = said();
			if (ended || busy || now === kept) return;
			busy = true;
			try {
				const body = new URLSearchParams([...fields(), ["csrf", csrf.value], ["draft_version", version.value], ["draft_writer", writer]]);
				const got = await fetch("/meetings/drafts/" + id.value, { method: "POST", body, headers: { Accept: "application/json" }, keepalive: last === true });
				if (!(got.headers.get("content-type") || "").includes("json")) tell(say["signed-out"]);
				else {
					const answer = await got.json();
					if (answer.sent) { ended = true; dropCopy(key()); }
					else if (answer.elsewhere) {
						dropCopy(key());
						id.value = unique();
						version.value = 0;
						keepCopy();
						tell(say.elsewhere);
						later(500);
					} else {
						version.value = answer.version;
						kept = now;
						if (said() === now) dropCopy(key()); else later(1500);
						tell(say.saved.replace("#", answer.at), true);
						if (!ended) history.replaceState(null, "", "/meetings/new?draft=" + id.value);
					}
				}
			} catch { tell(say.offline); later(4000); }
			busy = false;
		};
		const typed = () => { if (ended) return; keepCopy(); if (!busy) later(1500); };
		for (const type of ["input", "change"]) on(drafting, type, typed);
		on(doc, "change", e => { if (e.target.form === drafting && !drafting.contains(e.target)) typed(); });
		on(window, "online", () => save());
		on(doc, "visibilitychange", () => { if (doc.visibilityState === "hidden") save(true); });
		on(drafting, "submit", e => {
			clearTimeout(timer);
			if (e.submitter && e.submitter.value === "discard") { ended = true; dropCopy(key()); return; }
			keepCopy();
			if (store) store.disSentDraft = key();
			ended = true;
			setTimeout(() => { ended = false; }, 8000); /* the line was dead: the page is still here */
		});
		if (untold) later(300);

		/* what never reached the server is offered back, and overwrites nothing */
		for (const at of copies ? Object.keys(copies).filter(name => name.startsWith(mine)) : []) {
			const was = copy(at);
			if (!was || Date.now() - was.at > DAYS) { dropCopy(at); continue; }
			if (at === key()) continue;
			const [of] = at.slice(mine.length).split("+");
			const named = new Map(was.fields), notice = el("div", { className: "notice", role: "status" });
			const back = () => {
				const form = el("form", { method: "post", action: "/meetings/new", hidden: true });
				const carried = [...was.fields, ["csrf", csrf.value], ["form_id", of], ["draft_version", of === id.value ? version.value : "0"], ["press", "draw"]];
				for (const [name, value] of carried) form.append(el("input", { type: "hidden", name, value }));
				doc.body.append(form);
				ended = true;
				copies[mine + of] = copies[at];
				if (at !== mine + of) dropCopy(at);
				form.submit();
			};
			const drop = () => { dropCopy(at); notice.remove(); };
			notice.append(icon("M12 8l0 4l2 2M3.05 11a9 9 0 1 1 .5 4m-.5 5v-5h5"), el("div", { className: "row" },
				el("p", { dir: "auto" }, `${say.local} ${[named.get("title"), named.get("donors")].filter(Boolean).join(" · ")}`),
				el("button", { type: "button", className: "button", onclick: back }, say["local-back"]), el("button", { type: "button", className: "button quiet", onclick: drop }, say["local-drop"])));
			drafting.prepend(notice);
		}
	}
})();
