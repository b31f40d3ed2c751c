// Documents: brought by drop or by keyboard, filed, found; the line dies and the files stay chosen; without script too.
import { test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browser, inEveryLook, newPage, PHONE, signedIn } from "./support.mjs";

const MOBILIZER = { email: "johan.lindqvist@demo.example", password: "demonstration" };
let nth = 0;
const unique = words => `${words} ${Date.now()}-${nth++}`;

function aFile(name, text) {
	const path = join(mkdtempSync(join(tmpdir(), "dis-file-")), name);
	writeFileSync(path, text);
	return path;
}

test("a file is filed by keyboard and comes back as it was", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, MOBILIZER) });
	const text = unique("Said in writing");
	await page.goto("/documents");
	await page.keyboard.press("n");
	await page.waitForURL("**/documents/new");
	await page.locator("#files").setInputFiles(aFile("note_of_today.txt", text));
	await page.getByRole("button", { name: "Upload" }).focus();
	await page.keyboard.press("Enter");
	await page.waitForURL("**/documents/new?upload=*");
	await page.waitForFunction(() => document.activeElement?.id === "title-0");
	assert.equal(await page.locator("#title-0").inputValue(), "note of today");
	const name = unique("A note of today");
	await page.keyboard.press("Control+A");
	await page.keyboard.type(name);
	await page.keyboard.press("Tab");
	await page.locator("#kind").selectOption("report");
	await page.locator("#donors").fill("Sweden");
	await page.keyboard.press("Escape");
	await page.locator("#title-0").focus();
	await page.keyboard.press("Enter");
	await page.waitForURL("**/documents/*?done=*");
	assert.match(await page.locator(".flash").textContent(), /filed/);
	await page.locator(".files", { hasText: "Its text can be searched" }).waitFor({ timeout: 20000 });
	const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".files a").first().click()]);
	assert.equal(download.suggestedFilename(), "note_of_today.txt");
	assert.equal(readFileSync(await download.path(), "utf8"), text);
	await page.goto(`/documents?q=${encodeURIComponent(name)}`);
	assert.equal(await page.locator("table.list tbody tr").count(), 1);
	page.quiet();
});

test("files are dropped, several at once, on a desk and on a phone", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, MOBILIZER) });
	await page.goto("/documents/new?donor=SWE");
	const dropped = await page.evaluateHandle(texts => {
		const all = new DataTransfer();
		texts.forEach((text, at) => all.items.add(new File([text], `dropped-${at}.txt`, { type: "text/plain" })));
		return all;
	}, [unique("one"), unique("two")]);
	await page.dispatchEvent("main", "drop", { dataTransfer: dropped });
	await page.waitForURL("**/documents/new?upload=*");
	assert.equal(await page.locator("#title-1").inputValue(), "dropped-1");
	assert.equal(await page.locator("#donors").inputValue(), "SWE");
	await inEveryLook(page);
	await page.setViewportSize(PHONE);
	await page.locator("#kind").selectOption("other");
	await page.getByRole("button", { name: "File 2 documents" }).click();
	await page.waitForURL("**/documents?done=*");
	page.quiet();
});

test("the line dies over an upload, and the files stay chosen", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, MOBILIZER) });
	await page.goto("/documents/new");
	await page.locator("#files").setInputFiles(aFile("train.txt", unique("Sent from a train")));
	await page.route("**/documents/uploads", route => route.abort());
	await page.getByRole("button", { name: "Upload" }).click();
	await page.locator("[data-failed]", { hasText: "broke off" }).waitFor();
	await page.unroute("**/documents/uploads");
	await page.getByRole("button", { name: "Upload" }).click();
	await page.waitForURL("**/documents/new?upload=*");
	assert.equal(await page.locator("#title-0").inputValue(), "train");
});

test("an empty file is told of at once, and without script all of it works", async t => {
	const launched = await browser(t);
	const state = await signedIn(launched, MOBILIZER);
	const page = await newPage(launched, { storageState: state });
	await page.goto("/documents/new");
	await page.locator("#files").setInputFiles(aFile("nothing.pdf", ""));
	await page.getByRole("button", { name: "Upload" }).click();
	await page.locator("[data-failed]", { hasText: "nothing.pdf is empty (0 bytes)" }).waitFor();

	const plain = await newPage(launched, { storageState: state, javaScriptEnabled: false });
	await plain.goto("/documents/new");
	await plain.locator("#files").setInputFiles(aFile("plain.html", `<!doctype html><p>${unique("plain")}`));
	await plain.getByRole("button", { name: "Upload" }).click();
	await plain.locator("#kind").selectOption("other");
	await plain.locator("#donors").fill("Norway");
	await plain.locator(".actions .primary").click();
	assert.match(await plain.locator("h1").textContent(), /plain/);
	plain.quiet();
});
