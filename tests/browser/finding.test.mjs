// Finding by keyboard: the palette, fields that suggest, shortcuts, saved views; and the same jobs without script.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browser, newPage, PHONE, signedIn, signIn } from "./support.mjs";

let kept;
/** Signs in once for all tests here: that is slow on purpose. */
const staffSignedIn = async launched => kept ??= await signedIn(launched);
const DAY = "/arrears?as_of=2021-07-31";
/** The option a combobox points at, as a screen reader hears it. */
const pointedAt = page => page.evaluate(() => {
	const at = document.activeElement.getAttribute("aria-activedescendant"), option = at && document.getElementById(at);
	return option && option.getAttribute("aria-selected") === "true" ? option.querySelector(".name").textContent : null;
});
const options = page => page.locator("[role=option]:visible .name").allTextContents();

test("the palette by keyboard: what was opened last, a donor, a page, an action", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await staffSignedIn(launched) });
	const { keyboard } = page;
	for (const thing of ["/donors/NOR", "/pledges/P-2017-021"]) {
		const noted = page.waitForResponse(got => got.url().endsWith("/recent"));
		await page.goto(thing);
		assert.equal((await noted).status(), 204);
	}
	await keyboard.press("Control+k");
	const box = page.getByRole("combobox", { name: "Names, codes or words" });
	assert.ok(await box.evaluate(el => el === document.activeElement), "the focus is in the box");
	await page.getByText("Opened last").waitFor();
	assert.deepEqual((await options(page)).slice(0, 2), ["Local governance, phase III (invented)", "Norway"]);
	assert.equal(await pointedAt(page), null);
	await keyboard.press("ArrowDown");
	await keyboard.press("ArrowDown");
	assert.equal(await pointedAt(page), "Norway");

	await keyboard.type("sewden");
	await page.locator("[role=option]", { hasText: "Sweden" }).first().waitFor();
	assert.equal(await pointedAt(page), "Sweden", "the nearest is chosen at once");
	assert.match(await page.locator("#palette [role=status]").textContent(), /^Suggestions: \d+$/);
	await keyboard.press("Enter");
	await page.waitForURL("**/donors/SWE");

	await keyboard.press("Control+k");
	await keyboard.type("exchange");
	await page.locator("[role=option]", { hasText: "Exchange rates" }).first().waitFor();
	await keyboard.press("Enter");
	await page.waitForURL("**/rates");

	await keyboard.press("Control+k");
	await keyboard.type("dark th");
	await page.locator("[role=option]", { hasText: "Dark theme" }).first().waitFor();
	await Promise.all([page.waitForNavigation(), keyboard.press("Enter")]);
	assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
	await page.getByRole("button", { name: "As the machine is" }).click();
	await page.waitForLoadState();

	await keyboard.press("Control+k");
	await keyboard.type("zzzzqqq");
	await page.getByText("No suggestion").waitFor();
	await keyboard.press("Escape");
	assert.equal(await page.getByRole("dialog").count(), 0, "Escape shuts it");
	page.quiet();
});

test("the palette from the button, on a phone, by touch", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await staffSignedIn(launched), viewport: PHONE, hasTouch: true });
	await page.goto("/funds");
	await page.locator("header.top [data-opens=palette]").tap();
	await page.getByRole("combobox", { name: "Names, codes or words" }).fill("italy");
	const option = page.locator("[role=option]", { hasText: "Italy" }).first();
	await option.waitFor();
	assert.ok((await option.boundingBox()).height >= 44, "big enough for a thumb");
	await option.tap();
	await page.waitForURL("**/donors/ITA");
	page.quiet();
});

test("a donor is chosen in the filter by keyboard, and the address carries its code", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await staffSignedIn(launched) });
	const { keyboard } = page;
	await page.goto(DAY);
	await page.locator("summary", { hasText: "Filter" }).click();
	const box = page.getByRole("combobox", { name: "Donor" });
	await box.focus();
	await keyboard.type("Norw");
	await page.locator("[role=option]:visible").first().waitFor();
	assert.equal(await box.getAttribute("aria-expanded"), "true");
	const all = await options(page);
	assert.equal(all[0], "Norway");
	assert.ok(all.length > 1, "Norway and others");
	await keyboard.press("ArrowDown");
	assert.equal(await pointedAt(page), all[0]);
	await keyboard.press("End");
	assert.equal(await pointedAt(page), all.at(-1));
	await keyboard.press("ArrowDown");
	assert.equal(await pointedAt(page), all[0], "round to the first");
	await keyboard.press("Escape");
	assert.equal(await box.getAttribute("aria-expanded"), "false");
	assert.equal(await box.inputValue(), "Norw", "Escape keeps what was typed");
	assert.ok(await box.isVisible(), "and shuts only the list, not the sheet");
	await keyboard.press("ArrowDown");
	await keyboard.press("Enter");
	assert.equal(await box.inputValue(), "Norway");
	await keyboard.press("Enter");
	await page.waitForURL(/as_of=2021-07-31&donor=NOR$|donor=NOR/);
	assert.match(await page.locator(".chip.on").textContent(), /Norway/);
	await page.locator("summary", { hasText: "Filter" }).click();
	assert.equal(await page.getByRole("combobox", { name: "Donor" }).inputValue(), "Norway", "the name, not the code");
	await page.locator("details[open] button.primary").click();
	await page.waitForURL(/donor=NOR/);
	// Emptied, it filters no more; a name typed to its end needs no choosing.
	await page.locator("summary", { hasText: "Filter" }).click();
	await page.getByRole("combobox", { name: "Donor" }).fill("");
	await page.locator("details[open] button.primary").click();
	await page.waitForURL(/[?&]donor=(&|$)/);
	assert.equal(await page.locator(".chip.on").count(), 0);
	await page.locator("summary", { hasText: "Filter" }).click();
	await page.getByRole("combobox", { name: "Donor" }).fill("sweden");
	await page.locator("details[open] button.primary").click();
	await page.waitForURL(/donor=SWE/);
	page.quiet();
});

test("without script a name is typed and understood, and the search is a page", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await staffSignedIn(launched), javaScriptEnabled: false });
	await page.goto(DAY);
	await page.locator("summary", { hasText: "Filter" }).click();
	await page.getByLabel("Donor", { exact: true }).fill("sweden");
	await page.locator("details[open] button.primary").click();
	await page.waitForURL(/donor=SWE/);
	await page.getByRole("navigation", { name: "Main" }).getByRole("button", { name: "Search" }).click();
	await page.waitForURL("**/search**");
	await page.getByRole("searchbox", { name: "Names, codes or words" }).fill("sewden");
	await page.getByRole("main").getByRole("button", { name: "Search" }).click();
	await page.getByRole("link", { name: /^Sweden/ }).click();
	await page.waitForURL("**/donors/SWE");
	page.quiet();
});

async function saveAndRemove(page) {
	await page.goto(`${DAY}&unit=ROAF`);
	await page.locator("summary", { hasText: "Save this view" }).click();
	await page.getByLabel("Name", { exact: true }).fill("Africa’s arrears");
	await page.locator("details[open] button.primary").click();
	await page.waitForURL(/\/arrears\?unit=ROAF&done=\d+$/);
	assert.match(await page.locator(".flash").textContent(), /The view Africa’s arrears was saved\./);
	await page.goto("/donors");
	await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Africa’s arrears" }).click();
	await page.waitForURL("**/arrears?unit=ROAF");
	assert.equal(await page.locator(".tabs [aria-current]").textContent().then(text => text.trim().split(" ")[0]), "Africa’s");
	await page.getByRole("link", { name: "All saved views" }).click();
	await page.locator("summary", { hasText: "Rename Africa’s arrears" }).click();
	await page.getByLabel("Name", { exact: true }).fill("Africa");
	await page.getByRole("button", { name: "Save the name" }).click();
	await page.waitForURL(/\/views\?done=/);
	await page.getByRole("button", { name: "Remove Africa" }).click();
	await page.waitForURL(/\/views\?removed=/);
	assert.equal(await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Africa" }).count(), 0);
	await page.getByRole("button", { name: "Bring back Africa" }).click();
	await page.waitForURL(/\/views\?done=/);
	await page.getByRole("button", { name: "Remove Africa" }).click();
	await page.waitForURL(/\/views\?removed=/);
	page.quiet();
}

test("a view is saved, opened from another page, renamed, removed and brought back", async t => {
	const launched = await browser(t);
	await saveAndRemove(await newPage(launched, { storageState: await staffSignedIn(launched) }));
});

test("the same without script", async t => {
	const launched = await browser(t);
	await saveAndRemove(await newPage(launched, { storageState: await staffSignedIn(launched), javaScriptEnabled: false }));
});

test("shortcuts are listed under ?, and single keys can be switched off", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await staffSignedIn(launched) });
	const { keyboard } = page;
	await page.goto("/donors");
	await keyboard.press("?");
	const list = page.getByRole("dialog", { name: "Keyboard shortcuts" });
	await list.waitFor();
	for (const said of ["Find anything", "Go to Arrears", "This list"]) assert.ok(await list.getByText(said).isVisible(), said);
	await keyboard.press("Escape");
	await keyboard.press("g");
	await keyboard.press("p");
	await page.waitForURL("**/pledges");
	await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
	await page.getByLabel("Use shortcuts of a single key").uncheck();
	await keyboard.press("Escape");
	await keyboard.press("?");
	assert.equal(await page.getByRole("dialog").count(), 0, "switched off");
	await keyboard.press("Control+k");
	assert.equal(await page.getByRole("dialog").count(), 1, "keys with Ctrl stay");
	await keyboard.press("Escape");
	page.quiet();
});

test("a list of few, as a select, is searched in place and stays a select for the form", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await staffSignedIn(launched) });
	await page.goto(DAY);
	await page.locator("summary", { hasText: "Filter" }).click();
	await page.evaluate(() => {
		const select = document.getElementById("f-unit");
		select.dataset.suggest = "unit";
		select.closest(".field").dispatchEvent(new Event("dis:added", { bubbles: true }));
	});
	const box = page.getByRole("combobox", { name: "Unit" });
	await box.fill("office afr");
	assert.deepEqual(await options(page), ["Regional Office for Africa"]);
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Enter");
	await page.locator("details[open] button.primary").click();
	await page.waitForURL(/unit=ROAF/);
	page.quiet();
});

test("a donor that may be here already is pointed out while its name is typed", async t => {
	const launched = await browser(t);
	const johan = { email: "johan.lindqvist@demo.example", password: "demonstration" };
	const page = await newPage(launched);
	await signIn(page, johan);
	await page.waitForURL(url => url.pathname !== "/login");
	await page.goto("/donors/new");
	await page.getByLabel("Name", { exact: true }).pressSequentially("Sweedn");
	const hint = page.locator(".alike");
	await hint.getByRole("link", { name: /Sweden/ }).waitFor();
	assert.equal(await hint.getByRole("link").first().getAttribute("href"), "/donors/SWE");
	assert.equal(await hint.getAttribute("role"), "status");
	page.quiet();
});
