// The page of a donor and its briefing note: the timeline filtered by keyboard, the note on one sheet of paper, all in every look.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { atEveryWidth, browser, inEveryLook, newPage, signedIn } from "./support.mjs";

const MOBILIZER = { email: "johan.lindqvist@demo.example", password: "demonstration" };
const tabTo = async (page, found) => {
	for (let tabs = 0; tabs < 120; tabs++) {
		await page.keyboard.press("Tab");
		if (await page.evaluate(found)) return;
	}
	assert.fail("not to be reached by keyboard");
};

test("a donor is opened, its timeline filtered and its note printed, by keyboard alone", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, MOBILIZER) });
	await page.goto("/donors/SWE?as_of=2021-07-31");
	await tabTo(page, () => document.activeElement?.matches("#timeline nav a") && document.activeElement.textContent === "Reports");
	await page.keyboard.press("Enter");
	await page.waitForURL("**/donors/SWE?kind=reports&as_of=2021-07-31#timeline");
	const timeline = page.locator("#timeline");
	assert.equal(await timeline.locator("nav a[aria-current]").textContent(), "Reports");
	const opened = await timeline.locator("h4 a").evaluateAll(all => all.map(one => one.getAttribute("href")));
	assert.ok(opened.length > 0 && opened.every(href => href.startsWith("/donor-reports/")), `${opened}`);
	await page.goto("/donors/SWE");
	const [first] = await timeline.locator("li time").evaluateAll(all => all.map(one => one.dateTime)).then(all => all.slice(-1));
	await tabTo(page, () => document.activeElement?.matches("#timeline a[rel=next]"));
	await page.keyboard.press("Enter");
	await page.waitForURL("**/donors/SWE?*after=*");
	assert.ok(await timeline.locator("li time").first().getAttribute("datetime") <= first, "it goes on where it ended");
	await page.goto("/donors/SWE");
	await page.keyboard.press("b");
	await page.waitForURL("**/donors/SWE/brief");

	await page.emulateMedia({ media: "print" });
	for (const css of ["nav.side", "header.top", ".no-print"]) {
		for (const found of await page.locator(css).all()) assert.ok(!await found.isVisible(), `${css} is not printed`);
	}
	assert.equal(await page.locator(".level:visible").count(), 2, "its classification stands on top and at the bottom");
	for (const donor of ["SWE", "DEU", "NOR", "EUROPEAN-UNION"]) {
		await page.goto(`/donors/${donor}/brief`);
		const pdf = await page.pdf({ preferCSSPageSize: true });
		const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length;
		assert.equal(sheets, 1, `the note of ${donor} is one page`);
		assert.match(pdf.toString("latin1"), /\/MediaBox\s*\[0 0 59[456](\.\d+)? 84[12](\.\d+)?\]/, "A4, upright");
		const read = spawnSync("pdftotext", ["-layout", "-", "-"], { input: pdf, encoding: "utf8" });
		if (read.error?.code === "ENOENT") t.diagnostic("pdftotext is not installed: the words on the paper were not read");
		else assert.match(read.stdout, /What they gave[\s\S]*1 ?\/ ?1/);
	}
	page.quiet();
});

test("the notes of a meeting have its agenda first, then a page a donor", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, MOBILIZER) });
	const name = `Nordic consultation ${process.pid}`;
	await page.goto("/meetings/new");
	await page.locator("#donors").fill("Sweden; Norway");
	await page.locator("#title").fill(name);
	await page.locator("details.more > summary").click();
	await page.locator("#held_on").fill("15 Dec 2030");
	await page.locator("#agenda").fill("Core support");
	await page.locator("[data-save]").click();
	await page.waitForURL("**/meetings/*?done=*");
	await page.getByRole("link", { name: "Briefing note" }).click();
	await page.waitForURL("**/meetings/*/brief");
	assert.equal(await page.locator("article").count(), 3);
	const pdf = await page.pdf({ preferCSSPageSize: true });
	assert.equal(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length, 3);
	await inEveryLook(page);
	await atEveryWidth(page);
	page.quiet();
});

test("every page of a donor in every look", async t => {
	const launched = await browser(t);
	const storageState = await signedIn(launched, MOBILIZER);
	const STATES = [
		["a donor", "/donors/DEU"],
		["one kind of its timeline", "/donors/SWE?kind=meetings"],
		["nothing of a kind", "/donors/UNIDENTIFIED?kind=meetings&as_of=2013-01-01"],
		["its note", "/donors/SWE/brief"],
		["a note with nothing", "/donors/UNIDENTIFIED/brief"],
	];
	for (const [state, path] of STATES) {
		await t.test(state, async () => {
			const page = await newPage(launched, { storageState });
			await page.goto(path);
			await inEveryLook(page);
			await atEveryWidth(page);
			page.quiet();
			await page.context().close();
		});
	}
	await t.test("without script", async () => {
		const page = await newPage(launched, { storageState, javaScriptEnabled: false });
		await page.goto("/donors/SWE");
		await page.locator("#timeline").getByRole("link", { name: "Money" }).click();
		await page.waitForURL("**/donors/SWE?kind=money#timeline");
		await page.locator("#timeline").getByRole("link", { name: "Earlier" }).click();
		await page.waitForURL("**/donors/SWE?kind=money&after=*");
		page.quiet();
		await page.context().close();
	});
});
