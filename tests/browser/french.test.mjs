// Pages in French: longer words go beyond no side, axe finds nothing, and a day is read and written in French.
import { test } from "node:test";
import assert from "node:assert/strict";
import { atEveryWidth, browser, inEveryLook, newPage, signIn } from "./support.mjs";

const person = { email: "dilnoza.yusupova@demo.example", password: "demonstration" };
const ADDRESSES = [
	"/arrears?as_of=2021-07-31", "/giving?as_of=2021-07-31&year=2020", "/pledges/P-2017-021?as_of=2021-07-31",
	"/contributions?as_of=2021-07-31", "/account", "/settings", "/nothing/here",
];

test("in French", async t => {
	const launched = await browser(t);
	const page = await newPage(launched);
	await signIn(page, person);
	await page.waitForURL(url => url.pathname !== "/login");
	const choose = async code => {
		await page.goto("/account");
		const form = page.locator("form[action='/account/language']");
		await form.locator("select").selectOption(code);
		await Promise.all([page.waitForResponse(got => got.request().method() === "POST"), form.locator("button").click()]);
		await page.goto("/account");
		assert.equal(await page.locator("html").getAttribute("lang"), code);
	};
	await choose("fr");
	try {
		for (const path of ADDRESSES) {
			await t.test(path, async () => {
				await page.goto(path);
				assert.equal(await page.locator("html").getAttribute("lang"), "fr");
				await inEveryLook(page);
				await atEveryWidth(page);
			});
		}
		await t.test("the sheet of the day", async () => {
			await page.setViewportSize({ width: 1280, height: 900 });
			await page.goto("/arrears?as_of=2021-07-31");
			await page.locator("summary", { hasText: "31 juil. 2021" }).first().click();
			await page.locator(".date > button").first().click();
			assert.match(await page.getByRole("dialog").first().textContent(), /juillet\s+2021/i);
		});
	} finally {
		await choose("en");
	}
	page.quiet();
});
