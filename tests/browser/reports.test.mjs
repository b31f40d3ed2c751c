// What we owe donors, in every look: the list, a report and its life, every form about it, the obligations of an agreement;
// and a report marked as sent by the keyboard alone.
import { test } from "node:test";
import assert from "node:assert/strict";
import { atEveryWidth, browser, inEveryLook, newPage, signedIn, staff } from "./support.mjs";

const mobilizer = { email: "johan.lindqvist@demo.example", password: "demonstration" };
const press = async page => {
	await page.locator("main .actions button").first().click();
	await page.locator("#summary").waitFor();
};
const wrong = fields => async page => {
	if (await page.locator("#summary").count()) return;
	for (const [id, text] of Object.entries(fields)) await page.locator(`#${id}`).fill(text);
	await press(page);
};
const preview = async page => {
	if (await page.locator("#preview").count()) return;
	await page.locator("#kind-0").selectOption("narrative");
	await page.locator("#every_months-0").selectOption("6");
	await page.locator("#grace_days-0").fill("60");
	await page.locator("main .actions button").first().click();
	await page.locator("#preview").waitFor();
};

const OPEN = "/donor-reports/P-2024-008-F3";
const STATES = [
	["the reports of a unit, overdue", "/donor-reports?unit=ROAF&counted=overdue"],
	["reports, narrowed by every means", "/donor-reports?as_of=2021-07-31&unit=ROAF&fund=FEM&kind=narrative&state=overdue&counted=due&responsible=lucia.ferrer%40demo.example&since=2018-01-01&until=2021-07-31&q=invented"],
	["what is owed next", "/donor-reports/owed"],
	["what is owed next, everywhere", "/donor-reports/owed?unit="],
	["several sent", "/donor-reports/sent"],
	["several sent, none ticked", "/donor-reports/sent", async page => {
		if (!await page.locator("#summary").count()) await press(page);
	}],
	["a report not due yet", OPEN],
	["a new report, with something wrong", "/donor-reports/new", wrong({ due_on: "never", period_from: "1 Jul 2026", period_to: "1 Jan 2026" })],
	["a report corrected", `${OPEN}/edit`],
	["drafted, with something wrong", `${OPEN}/drafted`, wrong({ happened_on: "31 Dec 2199" })],
	["sent before the period, refused", `${OPEN}/sent`, wrong({ happened_on: "1 Dec 2025" })],
	["a step that cannot be taken", `${OPEN}/accepted`],
	["what delays it, with something wrong", `${OPEN}/delayed`, async page => {
		if (!await page.locator("#summary").count()) await press(page);
	}],
	["an extension, with something wrong", `${OPEN}/extend`, wrong({ due_on: "1 Jan 2021", reason: "" })],
	["a waiver", `${OPEN}/waive`],
	["another unit and person", `${OPEN}/assign`],
	["obligations, with something wrong", "/pledges/P-2024-008/obligations", async page => {
		if (!await page.locator("#summary").count()) await press(page);
	}],
	["obligations, previewed", "/pledges/P-2024-008/obligations", preview],
];

test("reports in every look", async t => {
	const launched = await browser(t);
	const storageState = await signedIn(launched, staff);
	const confirming = await signedIn(launched, mobilizer);
	const look = async (name, path, prepare, state) => t.test(name, async () => {
		const page = await newPage(launched, { storageState: state });
		await page.goto(path);
		await inEveryLook(page, prepare);
		await atEveryWidth(page);
		if (process.env.PICTURES) {
			for (const [width, colorScheme] of [[1280, "light"], [360, "light"], [1280, "dark"]]) {
				await page.setViewportSize({ width, height: 900 });
				await page.emulateMedia({ colorScheme });
				const file = `${process.env.PICTURES}/${name.replaceAll(/\W+/g, "-")}-${width}-${colorScheme}.png`;
				await page.screenshot({ path: file, fullPage: true });
			}
		}
		page.quiet();
		await page.context().close();
	});
	for (const [name, path, prepare] of STATES) await look(name, path, prepare, storageState);
	await look("a waiver whoever confirms records", `${OPEN}/waive`, undefined, confirming);

	await t.test("a report is written, drafted and sent by the keyboard alone", async () => {
		const page = await newPage(launched, { storageState });
		await page.goto("/donor-reports");
		await page.keyboard.press("n");
		await page.waitForURL(/\/donor-reports\/new/);
		const type = async (field, text) => {
			const here = () => field.evaluate(el => el === document.activeElement);
			for (let tries = 0; tries < 60 && !await here(); tries++) await page.keyboard.press("Tab");
			assert.ok(await here(), `${field} is reached by Tab`);
			await page.keyboard.press("Control+a");
			await page.keyboard.type(text);
		};
		const choose = async (field, value) => {
			const here = () => field.evaluate(el => el === document.activeElement);
			for (let tries = 0; tries < 60 && !await here(); tries++) await page.keyboard.press("Tab");
			for (let tries = 0; tries < 60 && await field.inputValue() !== value; tries++) await page.keyboard.press("ArrowDown");
			assert.equal(await field.inputValue(), value);
		};
		await type(page.locator("#ref"), "DR-KEYS");
		await type(page.locator("#due_on"), "30 Jun 2026");
		await type(page.locator("#pledge"), "P-2024-008");
		await page.locator(".suggest [role=option]").first().waitFor();
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("Enter");
		await choose(page.locator("#kind"), "narrative");
		await choose(page.locator("#unit"), "ROAF");
		await type(page.locator("#title"), "By the keyboard");
		await page.keyboard.press("Enter");
		await page.waitForURL(/\/donor-reports\/DR-KEYS/);
		const go = async name => {
			await page.getByRole("link", { name, exact: true }).focus();
			await page.keyboard.press("Enter");
		};
		for (const step of ["Mark as drafted", "Mark as sent"]) {
			await go(step);
			await page.locator("#happened_on").waitFor();
			await page.locator("#happened_on").focus();
			await page.keyboard.press("Enter");
			await page.waitForURL(/done=/);
		}
		assert.match(await page.locator("h1").textContent(), /Submitted/);
		await inEveryLook(page);
		page.quiet();
		await page.context().close();
	});
});
