// The main job: somebody of a regional office asks what was overdue to it on a day, and takes the rows away as a file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { browser, hundredths, newPage, parseCsv, signIn, staff, unitAndBelow } from "./support.mjs";

const sum = figures => figures.reduce((all, figure) => all + hundredths(figure), 0n);

/** What a person reads in the list: a line a row, and the figures above and below it. */
async function read(page) {
	const lines = await page.locator("table.list tbody tr:not(.group)").evaluateAll(rows => rows.map(row => {
		const [donor, , unit, due, days, outstanding, usd] = [...row.cells];
		return {
			donor: donor.querySelector("a").textContent,
			ref: row.cells[1].textContent.trim(),
			unit: unit.textContent.trim(),
			due: due.querySelector("time").dateTime,
			days: days.textContent.trim(),
			outstanding: outstanding.textContent.trim(),
			usd: usd.firstChild.textContent.trim(),
		};
	}));
	const texts = async css => (await page.locator(css).allTextContents()).map(text => text.trim());
	return {
		lines,
		total: (await texts("p.big"))[0].replace(/^USD\s*/, ""),
		foot: (await texts("table.list tfoot .num"))[0],
		groups: await texts("table.list tr.group .num"),
		ages: await texts(".legend a"),
		currencies: await texts(".money > li"),
	};
}

/** What stands in the file is what stood on the page, row by row and in sum. */
async function takeAwayAndCompare(page, download) {
	assert.equal(download.suggestedFilename(), "arrears-2021-07-31.csv");
	const rows = parseCsv(readFileSync(await download.path(), "utf8"));
	const shown = await read(page);
	assert.ok(rows.length > 1, "there is something to compare");
	const figure = text => text.replaceAll(",", "");
	assert.deepEqual(
		shown.lines.map(line => ({ ...line, days: figure(line.days), outstanding: figure(line.outstanding), usd: figure(line.usd) })),
		rows.map(row => ({
			donor: row.donor_name,
			ref: `${row.pledge_ref} · ${row.instalment_number}`,
			unit: row.unit_name,
			due: row.due_on,
			days: row.days_overdue,
			outstanding: `${row.currency} ${row.amount_outstanding}`,
			usd: row.outstanding_usd,
		})),
	);
	const total = sum(rows.map(row => row.outstanding_usd));
	for (const told of [[shown.total], [shown.foot], shown.groups, shown.ages]) assert.equal(sum(told), total, `${told}`);
	const perCurrency = new Map();
	for (const row of rows) perCurrency.set(row.currency, (perCurrency.get(row.currency) ?? 0n) + hundredths(row.amount_outstanding));
	assert.deepEqual(new Map(shown.currencies.map(text => text.split(/\s+/)).map(([currency, told]) => [currency, hundredths(told)])), perCurrency);
	assert.ok(rows.every(row => row.as_of === "2021-07-31" && row.due_on < "2021-07-31"));
	const units = unitAndBelow(staff.unit);
	assert.deepEqual(rows.filter(row => !units.has(row.unit_code)), [], `only ${staff.unit} and the units below it`);
	assert.ok(rows.some(row => row.unit_code !== staff.unit), "the units below it are there too");
}

async function byMouse(page) {
	await signIn(page);
	await page.waitForURL(url => url.pathname === "/");
	await page.getByRole("link", { name: "Arrears", exact: true }).first().click();
	await page.waitForURL("**/arrears");
	await page.locator("summary", { hasText: "As of" }).click();
	await page.getByRole("textbox", { name: "As of" }).fill("31 Jul 2021");
	await page.locator("details[open] button.primary").click();
	await page.waitForURL("**/arrears?as_of=2021-07-31");
	// The demonstration's own description says so: demo/README.md, "Arrears to expect".
	assert.equal((await read(page)).total, "6,452,201.59");
	assert.equal((await read(page)).lines.length, 25);
	await page.locator("summary", { hasText: "Filter" }).click();
	await page.getByLabel("Unit", { exact: true }).selectOption(staff.unit);
	await page.locator("details[open] button.primary").click();
	await page.waitForURL(/as_of=2021-07-31.*unit=ROAF|unit=ROAF.*as_of=2021-07-31/);
	assert.match(await page.locator(".chip.on").textContent(), /Regional Office for Africa/);
	const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CSV" }).click()]);
	await takeAwayAndCompare(page, download);
	await page.locator(".chip.on").click();
	await page.waitForURL("**/arrears?as_of=2021-07-31");
	assert.equal((await read(page)).total, "6,452,201.59", "without the filter, the day is kept");
	page.quiet();
}

test("what was overdue to a regional office on a day, on the page and in the file", async t => {
	await byMouse(await newPage(await browser(t)));
});

test("the same without script", async t => {
	await byMouse(await newPage(await browser(t), { javaScriptEnabled: false }));
});

test("the same by keyboard alone", async t => {
	const page = await newPage(await browser(t));
	const { keyboard } = page;
	/** Goes on by Tab until the focus is there; it must be seen wherever it stops. */
	const tabTo = async (what, matches) => {
		for (let tries = 0; tries < 60; tries++) {
			await keyboard.press("Tab");
			const at = await page.evaluate(() => {
				const el = document.activeElement, box = el.getBoundingClientRect();
				const ringed = getComputedStyle(el).outlineStyle !== "none" && parseFloat(getComputedStyle(el).outlineWidth) >= 2;
				return { id: el.id, text: el.textContent.trim(), tag: el.tagName, seen: ringed && box.width > 0 && box.bottom > 0 && box.top < innerHeight };
			});
			if (at.tag === "BODY") continue;
			assert.ok(at.seen, `the focus is seen on ${JSON.stringify(at)}`);
			if (matches(at)) return;
		}
		assert.fail(`Tab does not lead to ${what}`);
	};
	const id = wanted => [wanted, at => at.id === wanted];
	const named = (tag, text) => [text, at => at.tag === tag && at.text.includes(text)];

	await page.goto("/login");
	await tabTo(...id("email"));
	await keyboard.type(staff.email);
	await tabTo(...id("password"));
	await keyboard.type(staff.password);
	await keyboard.press("Enter");
	await page.waitForURL(url => url.pathname === "/");
	await keyboard.press("g");
	await keyboard.press("a");
	await page.waitForURL("**/arrears");
	await tabTo(...named("A", "Skip to the page"));
	await keyboard.press("Enter");
	await tabTo(...named("SUMMARY", "As of"));
	await keyboard.press("Enter");
	await tabTo(...id("as_of"));
	await keyboard.press("Control+A");
	await keyboard.type("31 Jul 2021");
	await keyboard.press("Enter");
	await page.waitForURL("**/arrears?as_of=2021-07-31");
	await tabTo(...named("SUMMARY", "Filter"));
	await keyboard.press("Enter");
	await tabTo(...id("f-unit"));
	await keyboard.type("Regional Office for Africa");
	await tabTo(...named("BUTTON", "Show"));
	await keyboard.press("Enter");
	await page.waitForURL(/unit=ROAF/);
	await tabTo(...named("A", "CSV"));
	const [download] = await Promise.all([page.waitForEvent("download"), keyboard.press("Enter")]);
	await takeAwayAndCompare(page, download);
	page.quiet();
});

test("keys of its own: / goes to the search, Escape closes what is open and gives the focus back", async t => {
	const page = await newPage(await browser(t));
	await signIn(page);
	await page.waitForURL(url => url.pathname === "/");
	await page.getByRole("link", { name: "Arrears", exact: true }).first().click();
	await page.waitForURL("**/arrears");
	await page.keyboard.press("/");
	assert.equal(await page.evaluate(() => document.activeElement.id), "q");
	const day = page.locator("summary", { hasText: "As of" });
	await day.focus();
	await page.keyboard.press("Enter");
	await page.getByRole("textbox", { name: "As of" }).focus();
	await page.keyboard.press("Alt+ArrowDown");
	assert.ok(await page.getByRole("dialog").isVisible(), "the calendar is open");
	await page.keyboard.press("Escape");
	assert.equal(await page.getByRole("dialog").count(), 0);
	await page.keyboard.press("Escape");
	assert.equal(await page.locator("details[open]").count(), 0);
	assert.ok(await day.evaluate(el => el === document.activeElement));
	page.quiet();
});
