// Forms: a pledge with its schedule by keyboard and without script; nothing typed is lost; every form in every look.
import assert from "node:assert/strict";
import { test } from "node:test";
import { atEveryWidth, browser, inEveryLook, newPage, signedIn } from "./support.mjs";

const MOBILIZER = { email: "johan.lindqvist@demo.example", password: "demonstration" };
let nth = 0;

/** Types a new pledge with four yearly instalments made by the helper; returns its reference. */
async function pledge(page, ref) {
	const put = (label, text) => page.getByRole("textbox", { name: label, exact: true }).fill(text);
	await page.goto("/pledges/new");
	await put("Reference", ref);
	await page.locator("#donor").fill("SWE");
	await put("Pledged on", "1 Feb 2024");
	await put("Amount", "100,000.01");
	await page.locator("#currency").fill("EUR");
	await page.locator("#unit").selectOption("ROAF");
	await page.locator("#fund").selectOption("FEM");
	await page.locator("#earmarking").selectOption("earmarked");
	await put("How many", "4");
	await page.locator("#make_every").selectOption("quarter");
	await put("First due on", "30 Nov 2024");
	await page.getByRole("button", { name: "Make", exact: true }).click();
	await page.locator("#due_on-3").waitFor();
	assert.equal(await page.locator("#due_on-1").inputValue(), "28 Feb 2025");
	assert.equal(await page.locator("#amount-3").inputValue(), "25,000.01");
	assert.match(await page.locator(".grid-fields ~ .row [role=status]").textContent(), /it adds up/);
}

const reference = () => `P-FORM-${process.pid}-${++nth}`;

test("a pledge with its schedule, with and without script", async t => {
	const launched = await browser(t);
	for (const javaScriptEnabled of [true, false]) {
		const storageState = await signedIn(launched, MOBILIZER);
		const page = await newPage(launched, { storageState, javaScriptEnabled });
		const ref = reference();
		await pledge(page, ref);
		await page.locator("main .actions button.primary").click();
		await page.waitForURL(`**/pledges/${ref}?done=*`);
		assert.match(await page.locator(".flash").textContent(), new RegExp(`Pledge ${ref} was recorded`));
		await page.getByRole("link", { name: "Sign", exact: true }).click();
		await page.getByRole("button", { name: "Record the signature" }).click();
		await page.waitForURL(`**/pledges/${ref}?done=*`);
		assert.match(await page.locator("h1").textContent(), /Signed/);
		await page.getByRole("link", { name: "See or undo" }).click();
		await page.getByRole("link", { name: "Take back" }).click();
		await page.getByLabel("Why").fill("signed by nobody");
		await page.getByRole("button", { name: "Take back" }).click();
		await page.waitForURL("**/changes/*?done=*");
		await page.goto(`/pledges/${ref}`);
		assert.doesNotMatch(await page.locator("h1").textContent(), /Signed/);
		page.quiet();
		await page.context().close();
	}
});

test("a pledge by keyboard alone", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, MOBILIZER) });
	await page.goto("/pledges");
	await page.keyboard.press("n");
	await page.waitForURL("**/pledges/new");
	const ref = reference();
	const keys = page.keyboard;
	await page.locator("#ref").focus();
	await keys.press("ControlOrMeta+A");
	await keys.type(ref);
	await keys.press("Enter");
	const summary = page.locator("#summary");
	await summary.waitFor();
	assert.ok(await summary.evaluate(el => el === document.activeElement), "the summary has the focus");
	assert.equal(await page.locator("#ref").inputValue(), ref, "what was typed is still there");
	await keys.press("Tab");
	await keys.press("Enter");
	assert.ok(["donor", "amount"].includes(await page.evaluate(() => document.activeElement.id)), "a link of the summary leads to its field");
	page.quiet();
});

test("what was typed outlives the back button, and rows of a table do too", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, MOBILIZER) });
	const ref = reference();
	await pledge(page, ref);
	await page.locator("#amount-0").fill("1.00");
	await page.goto("/donors");
	await page.goto("/pledges/new");
	await page.locator("#due_on-3").waitFor();
	assert.equal(await page.locator("#ref").inputValue(), ref);
	assert.equal(await page.locator("#amount-0").inputValue(), "1.00");
	await page.getByRole("button", { name: "Begin anew" }).click();
	await page.waitForFunction(was => document.querySelector("#ref").value !== was, ref);
	assert.equal(await page.locator("#due_on-0").count(), 0);
	page.quiet();
});

test("every form in every look", async t => {
	const launched = await browser(t);
	const storageState = await signedIn(launched, MOBILIZER);
	const send = page => page.locator("main .actions button:is(.primary, .grave)").click();
	const STATES = [
		["a new pledge", "/pledges/new"],
		["a new pledge, with everything wrong", "/pledges/new", async page => {
			await page.locator("#amount").fill("1,2,3");
			await send(page);
			await page.locator("#summary").waitFor();
		}],
		["a new pledge with a schedule", "/pledges/new", page => pledge(page, "P-LOOK-1")],
		["an amendment", "/pledges/P-2017-021/amend"],
		["a pledge corrected", "/pledges/P-2017-021/edit"],
		["a write-off", "/pledges/P-2026-010/write-off"],
		["a cancellation without a reason", "/pledges/P-2026-010/cancel", async page => {
			await send(page);
			await page.locator("#summary").waitFor();
		}],
		["a new donor", "/donors/new"],
		["a donor corrected", "/donors/SWE/edit"],
		["a donor from a day on", "/donors/SWE/from"],
		["a donor from a day on, refused", "/donors/SWE/from", async page => {
			await send(page);
			await page.locator("#summary").waitFor();
		}],
		["who looks after a donor", "/donors/SWE/focal-points"],
		["a new contact", "/donors/SWE/contacts/new"],
		["a contact", "/donors/SIDA/contacts/5"],
		["a change", "/pledges/P-2017-021", async page => {
			await page.locator(".history a.sub").first().click();
			await page.waitForURL("**/changes/*");
		}],
	];
	for (const [name, path, prepare] of STATES) {
		await t.test(name, async () => {
			const page = await newPage(launched, { storageState });
			await page.goto(path);
			if (prepare) await prepare(page);
			await inEveryLook(page);
			await atEveryWidth(page);
			page.quiet();
			await page.context().close();
		});
	}
	await t.test("somebody else was quicker", async () => {
		const [mine, theirs] = [await newPage(launched, { storageState }), await newPage(launched, { storageState })];
		for (const page of [mine, theirs]) await page.goto("/donors/NOR/edit");
		await theirs.locator("#name").fill("Kingdom of Norway");
		await send(theirs);
		await theirs.waitForURL("**/donors/NOR?done=*");
		await mine.locator("#name").fill("Norge");
		await send(mine);
		await mine.locator("#conflict").waitFor();
		assert.match(await mine.locator("#name-t").textContent(), /Kingdom of Norway/);
		await inEveryLook(mine);
		await send(mine);
		await mine.waitForURL("**/donors/NOR?done=*");
		assert.match(await mine.locator("h1").textContent(), /Norge/);
	});
});
