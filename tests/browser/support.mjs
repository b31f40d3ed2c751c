// What the browser tests share: the browser, somebody signed in, what must never happen on a page, and axe.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

export const address = process.env.DIS_ADDRESS ?? assert.fail("DIS_ADDRESS is not set: run these tests by script/browser");

/** Staff of a regional office, as the demonstration has them. */
export const staff = { email: "lucia.ferrer@demo.example", password: "demonstration", unit: "ROAF" };

const FLAGS = [
	"--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	"--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** A browser with a user-data-dir of its own, for as long as the tests of the file run. */
export async function browser(t) {
	const launched = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", headless: true, args: FLAGS });
	t.after(() => launched.close());
	return launched;
}

export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 360, height: 780 };

/** Light and dark, on a desk and on a phone. */
export const LOOKS = [WIDE, PHONE].flatMap(size => ["light", "dark"].map(scheme => ({ size, scheme, name: `${scheme}, ${size.width} px` })));

/** A page that notes everything a console would complain of, the content security policy's complaints included. */
export async function newPage(launched, options = {}) {
	const context = await launched.newContext({ viewport: WIDE, reducedMotion: "reduce", acceptDownloads: true, baseURL: address, ...options });
	const page = await context.newPage();
	const complaints = [];
	page.on("console", said => {
		// The browser itself notes every answer of 400 and more; a page asked for on purpose is no complaint.
		const itself = said.location().url === page.url() && /^Failed to load resource: the server responded with a status of 4\d\d/.test(said.text());
		if (["error", "warning"].includes(said.type()) && !itself) complaints.push(`${page.url()}: ${said.text()}`);
	});
	page.on("pageerror", error => complaints.push(`${page.url()}: ${error}`));
	page.on("response", got => {
		if (got.status() >= 400 && !got.request().isNavigationRequest()) complaints.push(`${got.url()}: ${got.status()}`);
		if (got.request().isNavigationRequest()) assert.match(got.headers()["content-security-policy"] ?? "", /default-src 'none'/, got.url());
	});
	page.quiet = () => assert.deepEqual(complaints, [], "the console is quiet");
	return page;
}

export async function signIn(page, { email, password } = staff) {
	await page.goto("/login");
	await page.getByLabel("E-mail").fill(email);
	await page.getByLabel("Password").fill(password);
	await page.getByRole("button", { name: "Sign in" }).click();
}

/** The cookies of somebody signed in, to give to other pages. */
export async function signedIn(launched, who = staff) {
	const page = await newPage(launched);
	await signIn(page, who);
	await page.waitForURL(url => url.pathname !== "/login");
	page.quiet();
	const state = await page.context().storageState();
	await page.context().close();
	return state;
}

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

/** Looks at the page as it stands in all four looks: nothing for axe to find, nothing beyond the side. */
export async function inEveryLook(page, prepare = async () => {}, looks = LOOKS) {
	for (const { size, scheme, name } of looks) {
		await page.setViewportSize(size);
		await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
		await prepare(page, size);
		const found = await new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).withTags(TAGS).analyze();
		const told = found.violations.map(v => `${v.id}: ${v.help}\n${v.nodes.map(n => `  ${n.target}  ${n.failureSummary}`).join("\n")}`);
		assert.deepEqual(told, [], `${page.url()} in ${name}`);
		assert.ok(found.passes.length > 10, `axe looked at ${page.url()} in ${name}`);
		const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		assert.ok(beyond <= 0, `${page.url()} in ${name} goes ${beyond} px beyond the side`);
	}
}

/** Nothing beyond the side, between a small phone and a desk. */
export async function atEveryWidth(page) {
	const beyond = [];
	for (let width = 320; width <= 1440; width += 40) {
		await page.setViewportSize({ width, height: 900 });
		const by = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		if (by > 0) beyond.push(`${by} px at ${width}`);
	}
	assert.deepEqual(beyond, [], `${page.url()} goes beyond the side`);
}

/** RFC 4180: an object a row, by the names in the header. */
export function parseCsv(text) {
	const rows = [[]];
	const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
	for (let cell; cells.lastIndex < text.length && (cell = cells.exec(text));) {
		rows.at(-1).push(cell[1]?.replaceAll('""', '"') ?? cell[2]);
		if (cell[3] !== "," && cells.lastIndex < text.length) rows.push([]);
	}
	assert.equal(cells.lastIndex, text.length, "the file is CSV to its end");
	const [header, ...body] = rows;
	return body.map(row => {
		assert.equal(row.length, header.length, `as many cells as columns: ${row}`);
		return Object.fromEntries(header.map((name, at) => [name, row[at]]));
	});
}

/** A figure as whole hundredths, so that sums are exact: 1,234.50 is 123450n. */
export function hundredths(figure) {
	const [, sign, whole, part] = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(figure.replaceAll(",", "")) ?? assert.fail(`${figure} is no figure`);
	return BigInt(sign + whole + (part ?? "").padEnd(2, "0"));
}

/** A unit of the demonstration and all below it. */
export function unitAndBelow(code) {
	const units = parseCsv(readFileSync(new URL("../../demo/units.csv", import.meta.url), "utf8"));
	const found = new Set([code]);
	for (let before = 0; before < found.size;) {
		before = found.size;
		for (const unit of units) if (found.has(unit.parent)) found.add(unit.code);
	}
	return found;
}
