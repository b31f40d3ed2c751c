// Accounts, one's own account, the audit and the settings: every page in every look, and a second factor set up and used.
import { test } from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { browser, inEveryLook, newPage, signIn, WIDE } from "./support.mjs";

const admin = { email: "dilnoza.yusupova@demo.example", password: "demonstration" };
const person = { email: "petra.holm@demo.example", password: "demonstration" };
const USER = "/users/mariam.haddad%40demo.example";

const STATES = [
	["accounts", "/users"],
	["accounts, filtered", "/users?role=unit_staff&unit=ROAF&state=active&q=l"],
	["accounts, nothing", "/users?q=nothing+like+this"],
	["a new account", "/users/new"],
	["a new account, wrong", "/users/new", async page => {
		if (await page.locator("#summary").count()) return;
		await page.getByLabel("E-mail").fill("no mail");
		await page.getByRole("button", { name: "Add account" }).last().click();
		await page.waitForSelector("#summary");
	}],
	["an account", USER],
	["an account, to edit", `${USER}/edit`],
	["an account, to disable", `${USER}/disable`],
	["an account, its password", `${USER}/password`],
	["one's own account", "/account"],
	["one's own password", "/account/password"],
	["a second factor to be", "/account/second-factor"],
	["changes", "/audit"],
	["changes, narrowed by every means", "/audit?who=dilnoza.yusupova%40demo.example&act=import&room=donors&code=SWE&since=2020-01-01&until=2030-01-01&q=x"],
	["changes, the filter's sheet open", "/audit", async page => {
		const summary = page.locator("summary", { hasText: "Filter" });
		if (!await summary.evaluate(el => el.parentElement.open)) await summary.click();
	}],
	["fact by fact", "/audit-facts"],
	["sign-ins", "/sign-ins"],
	["settings", "/settings"],
	["a new value", "/settings/allowance_percent/new"],
	["a new value, wrong", "/settings/allowance_percent/new", async page => {
		if (await page.locator("#summary").count()) return;
		await page.getByLabel("Value").fill("much");
		await page.getByRole("button", { name: "Save" }).last().click();
		await page.waitForSelector("#summary");
	}],
];

async function stateOf(launched, who) {
	const page = await newPage(launched);
	await signIn(page, who);
	await page.waitForURL(url => !url.pathname.startsWith("/login"));
	const state = await page.context().storageState();
	await page.context().close();
	return state;
}

/** RFC 6238, as an app on a phone does it. */
function code(secret, later = 0) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	const bits = [...secret.replaceAll(" ", "")].map(c => letters.indexOf(c).toString(2).padStart(5, "0")).join("");
	const key = Buffer.from(bits.match(/.{8}/g).map(byte => Number.parseInt(byte, 2)));
	const step = Buffer.alloc(8);
	step.writeBigUInt64BE(BigInt(Math.floor((Date.now() / 1000 + later) / 30)));
	const hash = createHmac("sha1", key).update(step).digest();
	const at = hash[19] & 15;
	return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("accounts, audit and settings in every look", async t => {
	const launched = await browser(t);
	const storageState = await stateOf(launched, admin);
	for (const [name, path, prepare] of STATES) {
		await t.test(name, async () => {
			const page = await newPage(launched, { storageState });
			await page.goto(path);
			await inEveryLook(page, prepare);
			page.quiet();
			await page.context().close();
		});
	}
	await t.test("a value is set by keyboard and told", async () => {
		const page = await newPage(launched, { storageState });
		await page.goto("/settings/member_states/new");
		await page.getByLabel("Value").fill("194");
		await page.getByLabel("Why").fill("one more joined");
		await page.keyboard.press("Enter");
		await page.waitForURL("**/settings?done=*");
		assert.match(await page.locator(".flash").innerText(), /number of Member States was set/);
		await inEveryLook(page);
		page.quiet();
	});
});

test("a second factor is set up with a phone and asked for", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { viewport: WIDE });
	await signIn(page, person);
	await page.waitForURL(url => !url.pathname.startsWith("/login"));
	await page.getByRole("link", { name: "Petra Holm" }).click();
	await page.getByRole("link", { name: "Set up a second factor" }).click();
	const secret = await page.locator("#secret").innerText();
	await page.getByLabel("Code of the app").fill(code(secret));
	await page.getByLabel("Password now").fill(person.password);
	await page.keyboard.press("Enter");
	await page.waitForSelector(".secrets");
	assert.equal(await page.locator(".secrets li").count(), 10);
	await inEveryLook(page);
	const recovery = await page.locator(".secrets li").first().innerText();
	await page.getByRole("link", { name: "Done" }).click();
	await page.waitForURL(url => url.pathname === "/account");
	await inEveryLook(page);
	await page.setViewportSize(WIDE);
	await page.getByRole("button", { name: "Sign out" }).click();
	await signIn(page, person);
	await page.waitForSelector("#code");
	assert.equal(await page.evaluate(() => document.activeElement.id), "code");
	await inEveryLook(page);
	await page.getByLabel("Code").fill("000000");
	await page.keyboard.press("Enter");
	await page.waitForSelector(".notice.bad");
	await inEveryLook(page);
	await page.getByLabel("Code").fill(recovery);
	await page.keyboard.press("Enter");
	await page.waitForURL(url => !url.pathname.startsWith("/login"));
	// And the way back, so that the demonstration is as it was.
	await page.goto("/account/second-factor/off");
	await inEveryLook(page);
	await page.getByLabel("Code of the app").fill(code(secret, 30));
	await page.getByLabel("Password now").fill(person.password);
	await page.keyboard.press("Enter");
	await page.waitForURL("**/account?done=*");
	page.quiet();
});
