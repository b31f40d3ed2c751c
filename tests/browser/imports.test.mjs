// A finance officer's morning with a file: three bad rows put right in place, landed, seen in the history, taken back.
import assert from "node:assert/strict";
import { writeFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { browser, inEveryLook, LOOKS, newPage, parseCsv, signIn } from "./support.mjs";

const finance = { email: "hoa.nguyen@demo.example", password: "demonstration" };
const folder = mkdtempSync(join(tmpdir(), "dis-import-"));

/** An extract with three bad rows; references of its own, so that every run loads something new. */
function extract(run) {
	const path = join(folder, `receipts ${run}.csv`);
	writeFileSync(path, [
		"ref,donor,currency,amount,received_on,fund,note",
		`B-${run}-1,SWE,SEK,1000.50,2021-04-14,FEM,in order`,
		`B-${run}-2,SWEDEN,SEK,10.00,2021-04-14,FEM,"<b>""שלום""</b> 日本"`,
		`B-${run}-3,JPN,JPY,1200000.50,2021-04-15,FEM,`,
		`B-${run}-4,DEU,EUR,7.10,20211-04-15,FEM,`,
		"",
	].join("\n"));
	return path;
}

async function upTo(page, path) {
	await signIn(page, finance);
	await page.waitForURL(url => url.pathname === "/");
	await page.goto("/imports");
	await page.getByLabel("Drop files here").setInputFiles(path);
	await page.getByRole("button", { name: "Show what would change" }).click();
	await page.waitForURL(/\/imports\/[0-9a-f-]{36}/);
	await page.getByRole("heading", { level: 1, name: "3 of 4 rows are refused" }).waitFor();
}

async function putRightAndLand(page) {
	await page.getByLabel("Line 3, donor").fill("SWE");
	await page.getByLabel("Line 4, amount").fill("1200000");
	await page.getByLabel("Line 5, received_on").fill("2021-04-15");
	await page.getByRole("button", { name: "Check again" }).click();
	await page.getByRole("heading", { level: 1, name: "4 rows are ready to land" }).waitFor();
	await page.getByRole("button", { name: "Land 4 rows" }).click();
	await page.getByRole("heading", { level: 1, name: "4 rows have landed" }).waitFor();
}

async function historyAndUndo(page, run) {
	await page.goto("/imports");
	const row = page.locator("table.list tbody tr", { hasText: `receipts ${run}.csv` });
	assert.match(await row.textContent(), /Landed/);
	await row.getByRole("link").first().click();
	await page.locator("#undo > summary").click();
	await page.getByLabel("Why").fill("The wrong month");
	await page.getByRole("button", { name: "Take this import back" }).click();
	await page.getByRole("heading", { level: 1, name: "This import was taken back" }).waitFor();
	await page.goto(`/contributions?q=B-${run}`);
	assert.match(await page.locator("main").textContent(), /No contribution matches/);
	await page.goto("/imports");
	assert.match(await row.textContent(), /Taken back/);
}

test("bad rows are put right in place, landed, seen in the history and taken back", async t => {
	const page = await newPage(await browser(t));
	await upTo(page, extract("a"));
	await inEveryLook(page);
	await page.setViewportSize({ width: 1280, height: 900 });
	const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download these rows" }).click()]);
	const rows = parseCsv(readFileSync(await download.path(), "utf8"));
	assert.deepEqual(rows.map(row => row.ref), ["B-a-2", "B-a-3", "B-a-4"]);
	assert.match(rows[0].refused_because, /no such donor/);
	await putRightAndLand(page);
	await inEveryLook(page);
	await page.setViewportSize({ width: 1280, height: 900 });
	await historyAndUndo(page, "a");
	await inEveryLook(page, undefined, LOOKS.slice(0, 3));
	page.quiet();
});

test("the same without script", async t => {
	const page = await newPage(await browser(t), { javaScriptEnabled: false });
	await upTo(page, extract("b"));
	await putRightAndLand(page);
	await historyAndUndo(page, "b");
	page.quiet();
});

test("a file dropped anywhere on the page is looked at, and a correction shows what it changes", async t => {
	const page = await newPage(await browser(t));
	await signIn(page, finance);
	await page.waitForURL(url => url.pathname === "/");
	await page.goto("/imports");
	const data = await page.evaluateHandle(() => {
		const given = new DataTransfer();
		const text = "ref,donor,currency,amount,received_on,fund,note\n2013-SWE-FEM,SWE,USD,1.00,2013-12-31,FEM,as it was\n";
		given.items.add(new File([text], "correction.csv", { type: "text/csv" }));
		return given;
	});
	await page.locator("h1").dispatchEvent("drop", { dataTransfer: data });
	await page.getByRole("heading", { level: 1, name: "1 row is ready to land" }).waitFor();
	await page.getByRole("button", { name: "Land 1 row" }).click();
	assert.match(await page.locator("#reason-e").textContent(), /Say why/);
	await inEveryLook(page);
	await page.getByRole("button", { name: "Throw this draft away" }).click();
	await page.waitForURL("**/imports");
	page.quiet();
});
