// A finance officer's morning, by keyboard: an extract with three bad rows is put right in place and landed, two receipts
// are matched, one is taken back, one pledge's amount is corrected, all of it stands in the history, and the import is
// taken back. What was known before still comes out.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { browser, newPage, signedIn } from "./support.mjs";

const finance = { email: "hoa.nguyen@demo.example", password: "demonstration" };
const mobilizer = { email: "johan.lindqvist@demo.example", password: "demonstration" };
const run = `${process.pid}`;
const receipt = nth => `MORNING-${run}-${nth}`;

/** Six receipts, three of them bad: a donor nobody knows, half a yen, a year of five digits. */
function extract() {
	const path = join(mkdtempSync(join(tmpdir(), "dis-morning-")), `bank ${run}.csv`);
	writeFileSync(path, [
		"ref,donor,currency,amount,received_on,fund,note",
		`${receipt(1)},SWE,SEK,1111.50,2021-04-14,FEM,`,
		`${receipt(2)},SWEDEN,SEK,2222.00,2021-04-14,FEM,`,
		`${receipt(3)},JPN,JPY,1200000.50,2021-04-15,FEM,`,
		`${receipt(4)},DEU,EUR,77.10,20211-04-15,FEM,`,
		`${receipt(5)},SWE,SEK,500.00,2021-04-16,FEM,`,
		`${receipt(6)},SWE,SEK,600.00,2021-04-17,FEM,`,
		"",
	].join("\n"));
	return path;
}

/** Goes to the element with the tab key, as somebody without a mouse does. */
async function tabTo(page, locator) {
	await locator.waitFor();
	for (let pressed = 0; pressed < 150; pressed++) {
		if (await locator.evaluate(el => el === document.activeElement)) return;
		await page.keyboard.press("Tab");
	}
	assert.fail(`the tab key does not lead to ${locator}`);
}

async function enter(page, locator) {
	await tabTo(page, locator);
	await page.keyboard.press("Enter");
}

async function type(page, locator, text) {
	await tabTo(page, locator);
	await page.keyboard.press("Control+a");
	await page.keyboard.type(text);
}

/** Sends the form, from its last field. */
async function send(page) {
	await enter(page, page.locator("main .actions button").first());
	await page.waitForURL(/done=/);
}

async function csv(page, path) {
	const answer = await page.request.get(path);
	assert.equal(answer.status(), 200, path);
	return answer.text();
}

test("a finance officer's morning by keyboard", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, finance) });
	const published = "/contributions.csv?as_of=2021-07-31";
	const before = await csv(page, published);
	const known = new Date().toISOString();

	// The extract: three rows put right where they stand, and landed.
	await page.goto("/imports");
	await page.getByLabel("Drop files here").setInputFiles(extract());
	await enter(page, page.getByRole("button", { name: "Show what would change" }));
	await page.getByRole("heading", { level: 1, name: "3 of 6 rows are refused" }).waitFor();
	await type(page, page.getByLabel("Line 3, donor"), "SWE");
	await type(page, page.getByLabel("Line 4, amount"), "1200000");
	await type(page, page.getByLabel("Line 5, received_on"), "2021-04-15");
	await enter(page, page.getByRole("button", { name: "Check again" }));
	await page.getByRole("heading", { level: 1, name: "6 rows are ready to land" }).waitFor();
	await enter(page, page.getByRole("button", { name: "Land 6 rows" }));
	await page.getByRole("heading", { level: 1, name: "6 rows have landed" }).waitFor();
	const imported = page.url();

	// Two of them are matched, from the list of what waits.
	const pledge = "P-2020-012";
	for (const nth of [1, 2]) {
		await page.goto(`/allocations?q=${receipt(nth)}`);
		await enter(page, page.locator("table.list a", { hasText: receipt(nth) }));
		await page.waitForURL("**/match");
		// Where something is suggested, the last choice is another pledge.
		const radios = page.getByRole("radio");
		if (await radios.count()) {
			await tabTo(page, radios.first());
			await page.keyboard.press("ArrowUp");
			assert.ok(await radios.last().isChecked());
		}
		await type(page, page.locator("#pledge"), pledge);
		await page.keyboard.press("Escape");
		await send(page);
		assert.match(await page.locator(".flash").textContent(), /was matched to a pledge/);
	}

	// One is taken back.
	await page.goto(`/contributions/${receipt(5)}`);
	await enter(page, page.getByRole("link", { name: "Take back" }));
	await type(page, page.locator("#reason"), "It bounced");
	await send(page);
	assert.match(await page.locator("main").textContent(), /It bounced/);

	// A pledge's amount was misread: who keeps pledges corrects it.
	const keeper = await newPage(launched, { storageState: await signedIn(launched, mobilizer) });
	await keeper.goto("/pledges/P-2020-012");
	await enter(keeper, keeper.getByRole("link", { name: "Correct", exact: true }));
	const typed = await keeper.locator("#amount").inputValue();
	const amounts = keeper.locator(".grid-fields input[id^=amount-]");
	const last = amounts.nth(await amounts.count() - 1);
	const more = text => (Number(text.replaceAll(",", "")) + 1000).toFixed(2);
	await type(keeper, keeper.locator("#amount"), more(typed));
	await type(keeper, last, more(await last.inputValue()));
	await type(keeper, keeper.locator("#reason"), "A digit was misread");
	await send(keeper);
	assert.match(await keeper.locator(".history").textContent(), /A digit was misread/);
	keeper.quiet();

	// All of it stands in the history, in words.
	await page.goto(`/contributions/${receipt(1)}`);
	const history = await page.locator(".history").textContent();
	assert.match(history, /matched: by hand/);
	assert.match(history, /Files were loaded/);

	// The import cannot go while later acts rest on it; once those are taken back, it can.
	await page.goto(imported);
	await enter(page, page.locator("#undo > summary"));
	await type(page, page.getByLabel("Why"), "The wrong month");
	await enter(page, page.getByRole("button", { name: "Take this import back" }));
	await page.locator("#undo .error, .notice.bad, .notice").first().waitFor();
	for (const nth of [1, 2, 5]) {
		await page.goto(`/contributions/${receipt(nth)}`);
		if (nth === 5) {
			// What takes it back is an entry of its own.
			await enter(page, page.locator("section", { has: page.getByRole("heading", { name: "What takes it back" }) }).getByRole("link").first());
			await page.getByText("Takes back").first().waitFor();
		}
		const change = page.locator(".history > li > a").first();
		await enter(page, change);
		await enter(page, page.getByRole("link", { name: "Take back" }));
		await type(page, page.locator("#reason"), "To take the import back");
		await send(page);
	}
	await page.goto(imported);
	await enter(page, page.locator("#undo > summary"));
	await type(page, page.getByLabel("Why"), "The wrong month");
	await enter(page, page.getByRole("button", { name: "Take this import back" }));
	await page.getByRole("heading", { level: 1, name: "This import was taken back" }).waitFor();

	// What was known before all this is what it was; today's figure is the same again.
	assert.equal(await csv(page, `${published}&known_at=${known}`), before);
	assert.ok(!(await csv(page, published)).includes(receipt(1)));
	page.quiet();
});
