// What finance does with money that is there, in every look: what waits, matching, taking back, refunds, by hand.
import { test } from "node:test";
import { browser, inEveryLook, newPage, signedIn } from "./support.mjs";

const finance = { email: "hoa.nguyen@demo.example", password: "demonstration" };
const press = async page => {
	await page.locator("main .actions button").first().click();
	await page.locator("#summary").waitFor();
};
const wrong = fields => async page => {
	if (await page.locator("#summary").count()) return;
	for (const [id, text] of Object.entries(fields)) await page.locator(`#${id}`).fill(text);
	await press(page);
};

const STATES = [
	["what waits", "/allocations"],
	["what waits, without a pledge", "/allocations?state=unmatched&since=2021-01-01"],
	["what waits, nothing", "/allocations?q=nothing+like+this"],
	["a receipt that pays two instalments", "/contributions/INV-2020-0012"],
	["a receipt taken back", "/contributions/INV-2020-0009"],
	["a receipt without a pledge", "/contributions/INV-2026-0005"],
	["matching, with suggestions", "/contributions/INV-2026-0007/match"],
	["matching, with something wrong", "/contributions/INV-2026-0007/match", async page => {
		if (await page.locator("#summary").count()) return;
		await page.getByRole("radio").last().check();
		await press(page);
	}],
	["matching, without a suggestion", "/contributions/INV-2026-0005/match", wrong({ pledge: "" })],
	["matching what is matched", "/contributions/INV-2020-0012/match"],
	["taking back, with something wrong", "/contributions/INV-2020-0012/reverse", wrong({ amount: "-1", received_on: "never", reason: "" })],
	["a refund", "/contributions/INV-2020-0006/refund"],
	["by hand", "/contributions/INV-2020-0001/allocate"],
	["by hand, with something wrong", "/contributions/INV-2020-0001/allocate", wrong({ "amount-1": "990,000", reason: "by letter" })],
	["what leaves no doubt", "/allocations/sure"],
];

test("money in every look", async t => {
	const launched = await browser(t);
	const storageState = await signedIn(launched, finance);
	for (const [name, path, prepare] of STATES) {
		await t.test(name, async () => {
			const page = await newPage(launched, { storageState });
			await page.goto(path);
			await inEveryLook(page, prepare);
			if (process.env.PICTURES) {
				for (const width of [1280, 360]) {
					await page.setViewportSize({ width, height: 900 });
					const file = `${process.env.PICTURES}/${name.replaceAll(/\W+/g, "-")}-${width}.png`;
					await page.emulateMedia({ colorScheme: "light" });
					await page.screenshot({ path: file, fullPage: true });
				}
			}
			page.quiet();
			await page.context().close();
		});
	}
});
