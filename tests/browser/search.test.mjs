// Search: what was said at a meeting is found by a mistyped word, by keyboard from any page, on a phone, without script.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browser, newPage, PHONE, signedIn } from "./support.mjs";

const MOBILIZER = { email: "johan.lindqvist@demo.example", password: "demonstration" };
const name = `What the ferry brought ${process.pid}`;

/** Logs the meeting that is looked for. */
async function log(page) {
	await page.goto("/meetings/new");
	await page.locator("#donors").fill("Norway");
	await page.locator("#title").fill(name);
	await page.locator("#outcomes").fill("They will co-finance the desalination of brackish groundwater.");
	await page.keyboard.press("Control+Enter");
	await page.waitForURL("**/meetings/*?done=*");
	return new URL(page.url()).pathname;
}

test("a meeting is found by a mistyped word of its outcome, by keyboard", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, MOBILIZER) });
	const meeting = await log(page);
	const { keyboard } = page;
	await page.goto("/account");
	await keyboard.press("/");
	const box = page.getByRole("combobox", { name: "Names, codes or words" });
	assert.ok(await box.evaluate(el => el === document.activeElement), "a slash leads to the search where a list has none of its own");
	await keyboard.type("desalinaton");
	const option = page.locator("[role=option]", { hasText: name });
	await option.waitFor();
	assert.match(await option.textContent(), /Norway.*desalination of brackish groundwater/);
	assert.match(await page.locator("#palette [role=status]").textContent(), /^Suggestions: \d+$/);
	await keyboard.press("Enter");
	await page.waitForURL(`**${meeting}`);

	/* everything that says it is a page: the last of the options */
	await keyboard.press("Control+k");
	await keyboard.type("brackihs groundwater");
	await page.locator("[role=option]", { hasText: name }).waitFor();
	await keyboard.press("End");
	await keyboard.press("Enter");
	await page.waitForURL("**/search?q=brackihs%20groundwater");
	assert.equal(await page.locator(".notice p").first().textContent(), "“brackihs” was not found. Shown instead: “brackish”.");
	assert.deepEqual(await page.locator(".hits .said mark").allTextContents(), ["brackish", "groundwater"]);
	await page.locator(".hits").getByRole("link", { name }).focus();
	await keyboard.press("Enter");
	await page.waitForURL(`**${meeting}`);
	page.quiet();
});

test("on a phone, by touch: the search, one kind, a donor", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, MOBILIZER), viewport: PHONE, hasTouch: true });
	await log(page);
	await page.goto("/search?q=brackish");
	await page.getByRole("link", { name }).first().waitFor();
	assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing hangs over the edge");
	await page.locator("summary", { hasText: "Filter" }).tap();
	await page.getByRole("combobox", { name: "Donor" }).fill("norway");
	await page.locator(".suggest [role=option]", { hasText: "Norway" }).first().tap();
	await page.locator("details[open] button.primary").tap();
	await page.waitForURL(/donor=NOR/);
	assert.match(await page.locator(".chip.on").textContent(), /Norway/);
	await page.getByRole("link", { name }).first().tap();
	await page.waitForURL("**/meetings/*");
	page.quiet();
});

test("without script the same", async t => {
	const launched = await browser(t);
	await log(await newPage(launched, { storageState: await signedIn(launched, MOBILIZER) }));
	const page = await newPage(launched, { storageState: await signedIn(launched, MOBILIZER), javaScriptEnabled: false });
	await page.goto("/donors");
	await page.getByRole("navigation", { name: "Main" }).getByRole("button", { name: "Search" }).click();
	await page.getByRole("searchbox", { name: "Names, codes or words" }).fill("desalinaton");
	await page.getByRole("main").getByRole("button", { name: "Search" }).click();
	await page.getByRole("link", { name }).first().click();
	await page.waitForURL("**/meetings/*");
	page.quiet();
});
