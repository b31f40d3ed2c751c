// Meetings: logged in a few keystrokes; nothing typed is lost with the line or the session; by touch on a phone; every page in every look.
import assert from "node:assert/strict";
import { test } from "node:test";
import { atEveryWidth, browser, inEveryLook, newPage, PHONE, signedIn, signIn, staff } from "./support.mjs";

const MOBILIZER = { email: "johan.lindqvist@demo.example", password: "demonstration" };
const ADMIN = { email: "dilnoza.yusupova@demo.example", password: "demonstration" };
const AUDITOR = { email: "tevita.fonua@demo.example", password: "demonstration" };
let nth = 0;
const title = what => `${what} ${process.pid}-${++nth}`;
const saved = page => page.locator("[data-saved]", { hasText: "Draft saved on the server" });

test("a meeting is logged by keyboard, in under twenty keystrokes besides the text", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched) });
	await page.goto("/arrears");
	let strokes = 0;
	const press = async key => { strokes += 1; await page.keyboard.press(key); };
	const type = text => page.keyboard.type(text);
	const name = title("Annual consultation");
	await press("c");
	await page.waitForURL("**/meetings/new");
	await page.waitForFunction(() => document.activeElement?.id === "donors");
	await type("swed");
	await page.locator(".suggest [role=option]").first().waitFor();
	await press("Enter");
	assert.equal(await page.locator("#donors").inputValue(), "Sweden");
	await press("Tab");
	await type(name);
	await press("Tab");
	await type("They keep their level for 2027.");
	for (let tabs = 0; tabs < 6 && await page.evaluate(() => document.activeElement?.id) !== "text-0"; tabs++) await press("Tab");
	await type("Results per outcome area");
	await press("Tab");
	await type("Lucía Ferrer");
	await press("Control+Enter");
	await page.waitForURL("**/meetings/*?done=*");
	assert.ok(strokes < 20, `${strokes} keystrokes`);
	assert.match(await page.locator(".flash").textContent(), /The meeting was logged/);
	assert.match(await page.locator("h1").textContent(), new RegExp(name));
	assert.match(await page.locator("main").textContent(), /Lucía Ferrer/);
	await page.goto("/donors/SWE");
	assert.ok(await page.getByRole("link", { name: "Results per outcome area" }).first().isVisible(), "the follow-up is on the donor's page");
	await page.goto("/meetings/new?donor=SWE");
	assert.ok(await page.locator(".checks", { hasText: "Results per outcome area" }).isVisible(), "and beside the next meeting");
	page.quiet();
});

test("the line dies while somebody types, and nothing is lost", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, MOBILIZER) });
	const name = title("Typed on a train");
	await page.goto("/meetings/new");
	await page.locator("#donors").fill("Norway");
	await page.locator("#title").fill(name);
	await saved(page).waitFor();
	await page.waitForURL("**/meetings/new?draft=*");
	const draft = page.url();
	await page.context().setOffline(true);
	await page.locator("#outcomes").fill("Said in the tunnel.");
	await page.locator("[data-saved]", { hasText: "kept on this device" }).waitFor({ timeout: 15000 });
	await page.context().setOffline(false);
	await saved(page).waitFor({ timeout: 15000 });
	await page.goto(draft);
	assert.equal(await page.locator("#outcomes").inputValue(), "Said in the tunnel.");

	/* the page goes before the server has it: the copy on this device is offered, and the draft is not written over */
	/* a page that goes tells the server once more, past any route of ours; here it cannot, as on a dead line */
	await page.evaluate(() => addEventListener("visibilitychange", event => event.stopImmediatePropagation(), true));
	await page.route("**/meetings/drafts/**", route => route.abort());
	await page.locator("#outcomes").fill("Said at the other end of the tunnel.");
	await page.locator("[data-saved]", { hasText: "kept on this device" }).waitFor({ timeout: 15000 });
	await page.goto("about:blank");
	await page.unroute("**/meetings/drafts/**");
	await page.goto(draft);
	assert.equal(await page.locator("#outcomes").inputValue(), "Said in the tunnel.", "nothing is written over");
	await page.getByRole("button", { name: "Bring it back" }).click();
	await page.waitForFunction(() => document.querySelector("#outcomes")?.value.startsWith("Said at the other end"));
	assert.equal(await page.locator("#title").inputValue(), name);
	await saved(page).waitFor();
	await page.getByRole("button", { name: "Save meeting" }).click();
	await page.waitForURL("**/meetings/*?done=*");
	assert.match(await page.locator("main").textContent(), /other end of the tunnel/);
	assert.equal(await page.evaluate(() => Object.keys(localStorage).filter(key => key.startsWith("disDraft:")).length), 0, "and nothing stays on the device");
	await page.goto("/drafts");
	assert.equal(await page.getByRole("link", { name }).count(), 0);
});

test("the session ends while somebody types, and nothing is lost", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched, MOBILIZER) });
	const name = title("Typed after lunch");
	await page.goto("/meetings/new");
	await page.locator("#donors").fill("Norway");
	await page.locator("#title").fill(name);
	await saved(page).waitFor();
	await page.context().clearCookies();
	await page.locator("#outcomes").fill("Nothing of this is on the server.");
	await page.locator("[data-saved]", { hasText: "You were signed out" }).waitFor();
	await page.getByRole("button", { name: "Add a follow-up" }).click();
	await page.locator("#text-1").fill("A second line");
	await page.getByRole("button", { name: "Save meeting" }).click();
	await page.getByLabel("E-mail").fill(MOBILIZER.email);
	await page.getByLabel("Password").fill(MOBILIZER.password);
	await page.getByRole("button", { name: "Sign in" }).click();
	if (await page.getByRole("button", { name: /go on|continue/i }).count()) await page.getByRole("button", { name: /go on|continue/i }).click();
	await page.waitForURL("**/meetings/*?done=*");
	const said = await page.locator("main").textContent();
	for (const text of [name, "Nothing of this is on the server.", "A second line"]) assert.ok(said.includes(text), text);
});

test("by touch, on a small screen, and without script", async t => {
	const launched = await browser(t);
	const storageState = await signedIn(launched, MOBILIZER);
	const page = await newPage(launched, { storageState, viewport: PHONE, hasTouch: true, isMobile: true });
	await page.goto("/");
	await page.getByRole("link", { name: "Log a meeting" }).first().tap();
	await page.waitForURL("**/meetings/new");
	await page.locator("#donors").fill("swe");
	await page.locator(".suggest [role=option]").first().tap();
	const name = title("In the corridor");
	await page.locator("#title").fill(name);
	await page.getByText("They owe").first().tap();
	await page.locator("#text-0").fill("A date for the visit");
	await page.getByText("Date, place, people, classification").tap();
	await page.locator("#classification").selectOption("confidential");
	await page.getByRole("button", { name: "Save meeting" }).tap();
	await page.waitForURL("**/meetings/*?done=*");
	assert.match(await page.locator("h1").textContent(), /Confidential/);
	page.quiet();

	const plain = await newPage(launched, { storageState, javaScriptEnabled: false });
	await plain.goto("/meetings/new");
	await plain.locator("#donors").fill("Sweden; NOR");
	await plain.locator("#title").fill(title("Without script"));
	await plain.locator("#text-0").fill("One");
	await plain.getByRole("button", { name: "Add a follow-up" }).click();
	await plain.locator("#text-1").fill("Two");
	await plain.getByRole("button", { name: "Save as draft" }).click();
	await plain.waitForURL("**/meetings/new?draft=*");
	assert.equal(await plain.locator("#text-1").inputValue(), "Two");
	await plain.locator("[data-save]").click();
	await plain.waitForURL("**/meetings/*?done=*");
	await plain.getByRole("button", { name: /^Done/ }).first().click();
	await plain.waitForURL("**/meetings/*?done=*");
	assert.equal(await plain.locator("li.past").count(), 1);
	plain.quiet();
});

test("every page of meetings in every look", async t => {
	const launched = await browser(t);
	const storageState = await signedIn(launched, MOBILIZER);
	const maker = await newPage(launched, { storageState });
	const name = title("A meeting with a title of some length, as people give them");
	await maker.goto("/meetings/new");
	await maker.locator("#donors").fill("Sweden; Norway");
	await maker.locator("#title").fill(name);
	await maker.locator("#outcomes").fill("One line.\n\n- a point\n- another");
	await maker.locator("#text-0").fill("A follow-up");
	await maker.locator("details.more > summary").click();
	await maker.locator("#classification").selectOption("confidential");
	await maker.locator("[data-save]").click();
	await maker.waitForURL("**/meetings/*?done=*");
	const meeting = new URL(maker.url()).pathname;
	await maker.goto(`${meeting}/edit`);
	if (!await maker.locator("#place").isVisible()) await maker.locator("details.more > summary").click();
	await maker.locator("#place").fill("Stockholm");
	await maker.locator("[data-save]").click();
	await maker.waitForURL("**/meetings/*?done=*");
	await maker.context().close();
	const unfold = async page => {
		const folded = page.locator("details.more:not([open]) > summary, details.behind:not([open]) > summary");
		while (await folded.count()) await folded.first().click();
	};
	const STATES = [
		["the list", "/meetings"],
		["the list, narrowed", "/meetings?donor=SWE&level=head_of_agency&state=dialogue&classification=unclassified&region=northern-europe&year=2021&q=consultation"],
		["nothing", "/meetings?q=nothing+like+this"],
		["a meeting", meeting],
		["the form", "/meetings/new?donor=SWE", unfold],
		["the form, with everything wrong", "/meetings/new", async page => {
			if (await page.locator("#summary").count()) return;
			await page.locator("#text-0").fill("");
			await page.locator("#due-0").fill("soon");
			await page.locator("[data-save]").click();
			await page.locator("#summary").waitFor();
			await unfold(page);
		}],
		["the form, with suggestions", "/meetings/new", async page => {
			await page.locator("#donors").fill("");
			await page.locator("#donors").fill("united");
			await page.locator(".suggest [role=option]").first().waitFor();
		}],
		["one edited", `${meeting}/edit`, unfold],
		["the aide-memoire", `${meeting}/aide-memoire`],
		["revisions", `${meeting}/revisions`],
		["follow-ups", "/actions"],
		["dialogues", "/dialogues?year=2021&as_of=2021-08-31", unfold],
		["no dialogue", "/dialogues?year=2019"],
		["drafts", "/drafts"],
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
	for (const [who, path] of [[AUDITOR, "/readings"], [AUDITOR, "/"], [ADMIN, "/readers"], [staff, "/"]]) {
		await t.test(`${path} as ${who.email}`, async () => {
			const page = await newPage(launched);
			await signIn(page, who);
			await page.waitForURL(url => url.pathname !== "/login");
			await page.goto(path);
			await inEveryLook(page);
			await atEveryWidth(page);
			page.quiet();
			await page.context().close();
		});
	}
});
