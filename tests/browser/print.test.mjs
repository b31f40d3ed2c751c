// Paper is a real output: title, day, filters and page numbers are on it, the navigation is not.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { browser, newPage, signedIn } from "./support.mjs";

test("the arrears on paper", async t => {
	const launched = await browser(t);
	const page = await newPage(launched, { storageState: await signedIn(launched), colorScheme: "dark" });
	await page.goto("/arrears?as_of=2021-07-31&fund=FEM");
	await page.emulateMedia({ media: "print", colorScheme: "dark" });
	for (const css of ["nav.side", "header.top", ".bar", "a.button", "summary"]) {
		for (const found of await page.locator(css).all()) assert.ok(!await found.isVisible(), `${css} is not printed`);
	}
	for (const css of ["h1", "p.big", ".paper-only", "table.list thead", "tfoot"]) assert.ok(await page.locator(css).first().isVisible(), `${css} is printed`);
	assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "light", "ink on white paper");
	assert.match(await page.locator(".paper-only").textContent(), /As of 31 Jul 2021 · known at now · 22 rows · printed by Lucía Ferrer · Fund: /);

	const pdf = await page.pdf({ preferCSSPageSize: true });
	const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
	assert.ok(pages > 1, `${pages} pages`);
	assert.match(pdf.toString("latin1"), /\/MediaBox\s*\[0 0 84[12](\.\d+)? 59[456](\.\d+)?\]/, "A4, lying");
	const read = spawnSync("pdftotext", ["-layout", "-", "-"], { input: pdf, encoding: "utf8" });
	if (read.error?.code === "ENOENT") {
		t.diagnostic("pdftotext is not installed: the words on the paper were looked for on the screen's print view only");
	} else {
		assert.equal(read.status, 0, read.stderr);
		const sheets = read.stdout.split("\f").slice(0, -1);
		assert.equal(sheets.length, pages);
		for (const [at, sheet] of sheets.entries()) {
			assert.match(sheet, new RegExp(`\\b${at + 1} ?/ ?${pages}\\b`), "page numbers");
			assert.match(sheet, /Donor\s+Pledge/, "the head of the table on every page");
			assert.doesNotMatch(sheet, /Sign out|Menu|CSV|Skip to the page/, "no navigation");
		}
		assert.match(read.stdout, /What is overdue to us/);
		assert.match(read.stdout, /5,912,201\.59/);
		assert.match(read.stdout, /As of 31 Jul 2021/);
	}
	page.quiet();
});
