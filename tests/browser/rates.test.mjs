// A manager, by keyboard alone: from the dashboard to a unit, to its overdue reports, to one report, and back. Then a
// figure is published, and shown again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { atEveryWidth, browser, inEveryLook, newPage, parseCsv, signedIn } from "./support.mjs";

const manager = { email: "amina.mwangi@demo.example", password: "demonstration" };

/** Goes to the element with the tab key, as somebody without a mouse does. */
async function tabTo(page, locator) {
	await locator.waitFor();
	for (let pressed = 0; pressed < 400; pressed++) {
		if (await locator.evaluate(el => el === document.activeElement)) return;
		await page.keyboard.press("Tab");
	}
	assert.fail(`the tab key does not lead to ${locator}`);
}

async function enter(page, locator) {
	await tabTo(page, locator);
	await page.keyboard.press("Enter");
}

/** The rows of the list on the page, as its file has them. */
async function rowsHere(page) {
	const here = new URL(page.url());
	const answer = await page.request.get(`${here.pathname}.csv${here.search}`);
	assert.equal(answer.status(), 200);
	return parseCsv(await answer.text());
}

test("a manager finds what holds the rate back, by keyboard", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, manager) });
	await page.goto("/?as_of=2021-07-31");
	assert.equal((await page.locator("#rate-head").locator("xpath=ancestor::section").locator(".big").innerText()).trim(), "73.0\u00a0%");
	await t.test("the dashboard leads to a unit", async () => {
		await enter(page, page.getByRole("link", { name: "Regional Office for Africa", exact: true }));
		await page.waitForURL(/reporting-rates\?.*unit=ROAF/);
		assert.match(page.url(), /as_of=2021-07-31/);
		assert.equal((await page.locator("main .big").innerText()).trim(), "63.2\u00a0%");
	});
	const unit = page.url();
	await t.test("the unit leads to its overdue reports", async () => {
		const total = page.locator("table.rates tr.sum td:nth-of-type(5) a");
		const count = Number(await total.innerText());
		await enter(page, total);
		await page.waitForURL(/donor-reports\?.*counted=overdue/);
		const rows = await rowsHere(page);
		assert.equal(rows.length, count);
		assert.ok(rows.every(row => ["overdue", "returned"].includes(row.state)), JSON.stringify(rows));
	});
	await t.test("and these to one report, and back", async () => {
		const overdue = page.url();
		await enter(page, page.locator("table.list tbody th a").first());
		await page.waitForURL(/\/donor-reports\/[^?]+/);
		// Back as the browser's own key goes: a browser without a window has no such key.
		await page.goBack();
		assert.equal(page.url(), overdue);
		await page.goBack();
		await page.waitForURL(unit);
		assert.ok(await page.getByRole("heading", { name: "By unit, with the units below it" }).isVisible());
	});
	page.quiet();
});

test("a rate is published, and stays", async t => {
	const launched = await browser(t);
	const storageState = await signedIn(launched, manager);
	const page = await newPage(launched, { storageState });
	await page.goto("/reporting-rates?as_of=2020-12-31");
	await enter(page, page.locator("main .head").getByRole("link", { name: "Publish" }));
	await page.waitForURL(/published\/new/);
	await tabTo(page, page.getByLabel("Title"));
	await page.keyboard.press("Control+a");
	await page.keyboard.type("Reporting rate, Board note");
	await tabTo(page, page.locator("[name=reason]"));
	await page.keyboard.type("Executive Board, November 2021");
	await t.test("the form in every look", () => inEveryLook(page));
	await enter(page, page.locator("main .actions button").first());
	await page.waitForURL(/published\/\d+\?done=/);
	const at = new URL(page.url()).pathname;
	await page.goto(at);
	assert.equal(await page.locator("h1").innerText(), "Reporting rate, Board note");
	assert.equal((await page.locator("p.lead.first").innerText()).trim(), "44.0\u00a0%");
	await t.test("the figure in every look", async () => {
		await inEveryLook(page);
		await atEveryWidth(page);
	});
	await t.test("the list of published figures in every look", async () => {
		await page.goto("/published");
		assert.ok(await page.getByRole("link", { name: "Reporting rate, Board note" }).isVisible());
		await inEveryLook(page);
		await atEveryWidth(page);
	});
	await t.test("the dashboard of a manager in every look", async () => {
		for (const path of ["/", "/?as_of=2021-07-31", "/?as_of=2013-01-01"]) {
			await page.goto(path);
			await inEveryLook(page);
			await atEveryWidth(page);
		}
	});
	page.quiet();
});
