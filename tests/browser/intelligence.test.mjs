// What is known about donors: written down from the donor's page by keyboard; every page in every look.
import assert from "node:assert/strict";
import { test } from "node:test";
import { atEveryWidth, browser, inEveryLook, newPage, PHONE, signedIn } from "./support.mjs";

const MOBILIZER = { email: "johan.lindqvist@demo.example", password: "demonstration" };

test("an entry is written down by keyboard, from the donor's page and back to it", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, MOBILIZER) });
	const press = key => page.keyboard.press(key);
	const type = text => page.keyboard.type(text);
	const focus = () => page.evaluate(() => document.activeElement?.id);
	const reach = async id => {
		for (let tabs = 0; tabs < 12 && await focus() !== id; tabs++) await press("Tab");
		assert.equal(await focus(), id);
	};
	await page.goto("/donors/NOR");
	await page.getByRole("link", { name: "Add what we know" }).focus();
	await press("Enter");
	await page.waitForURL("**/intelligence/new?donor=NOR");
	await page.getByRole("link", { name: "Decision", exact: true }).focus();
	await press("Enter");
	await page.waitForURL("**/intelligence/new?kind=decision*");
	await page.waitForFunction(() => document.activeElement?.id === "title");
	await type("Revised budget");
	await reach("decides_on");
	await type("31 May 2025");
	await press("Escape");
	await reach("recurs");
	await type("Every year");
	await reach("source");
	await type("Call with the desk officer");
	await reach("reliability");
	await type("Prob");
	const saves = () => page.evaluate(() => document.activeElement?.matches("form.form .actions .button.primary"));
	for (let tabs = 0; tabs < 6 && !await saves(); tabs++) await press("Tab");
	await press("Enter");
	await page.waitForURL("**/intelligence/*?done=*");
	assert.match(await page.locator(".flash").textContent(), /The entry was added/);
	assert.match(await page.locator("h1").textContent(), /Revised budget/);
	assert.match(await page.locator("dl.facts").textContent(), /31 May 20\d\d/);
	await press("e");
	await page.waitForURL("**/edit");
	await page.goto("/donors/NOR");
	assert.ok(await page.getByRole("link", { name: "Revised budget" }).first().isVisible(), "it is on the donor's page");
	await page.goto("/intelligence/calendar?donor=NOR");
	assert.ok(await page.getByRole("link", { name: "Revised budget" }).isVisible(), "and in the calendar");
	page.quiet();
});

test("on a phone an entry is written down by touch", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, MOBILIZER), viewport: PHONE, hasTouch: true, isMobile: true });
	await page.goto("/intelligence/new?donor=KEN");
	await page.getByRole("link", { name: "Position", exact: true }).tap();
	await page.locator("#title").fill("A proud host");
	await page.locator("#stance").selectOption("supportive");
	await page.locator("#source").fill("The county");
	await page.locator("#reliability").selectOption("confirmed");
	await page.locator("form.form .button.primary").tap();
	await page.waitForURL("**/intelligence/*?done=*");
	assert.match(await page.locator("h1").textContent(), /A proud host/);
	page.quiet();
});

test("every page of what is known, in every look", async t => {
	const launched = await browser(t);
	const storageState = await signedIn(launched, MOBILIZER);
	const maker = await newPage(launched, { storageState });
	await maker.goto("/intelligence?classification=strictly_confidential");
	const strict = await maker.locator("table.list tbody a").first().getAttribute("href");
	await maker.goto("/intelligence?donor=NOR&state=stale");
	const stale = await maker.locator("table.list tbody a").first().getAttribute("href");
	await maker.goto(`${stale}/edit`);
	await maker.locator("#source").fill("Looked at anew");
	await maker.locator("form.form .actions .button.primary").click();
	await maker.waitForURL("**/intelligence/*?done=*");
	await maker.context().close();
	const unfold = async page => {
		const folded = page.locator("main details:not([open]) > summary");
		while (await folded.count()) await folded.first().click();
		/* at its end, where the bar with the buttons lies over no field */
		await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
	};
	const wrong = async page => {
		if (await page.locator("#summary").count()) return;
		await page.locator("form.form .actions .button.primary").click();
		await page.locator("#summary").waitFor();
	};
	const STATES = [
		["the list", "/intelligence"],
		["the list, narrowed", "/intelligence?donor=SWE&kind=decision&region=northern-europe&state=current&classification=unclassified&since=2020-01-01&q=budget"],
		["nothing", "/intelligence?q=nothing+like+this"],
		["the calendar", "/intelligence/calendar"],
		["the calendar, narrowed", "/intelligence/calendar?donor=SWE&region=northern-europe"],
		["the calendar, empty", "/intelligence/calendar?donor=AFG"],
		["what a new one is about", "/intelligence/new?donor=SWE"],
		...["priority", "decision", "key_person", "budget_outlook", "position", "oda"].map(kind => [`the form of a ${kind}`, `/intelligence/new?kind=${kind}&donor=SWE`, unfold]),
		["the form, with everything wrong", "/intelligence/new?kind=oda", wrong],
		["one that is strictly confidential", strict],
		["one that is stale", stale],
		["one corrected", `${stale}/edit`, unfold],
		["one withdrawn", `${stale}/withdraw`],
		["revisions", `${stale}/revisions`],
		["the donor", "/donors/SWE"],
	];
	for (const [state, path, prepare] of STATES) {
		await t.test(state, async () => {
			const page = await newPage(launched, { storageState });
			await page.goto(path);
			await inEveryLook(page, prepare);
			await atEveryWidth(page);
			page.quiet();
			await page.context().close();
		});
	}
});
