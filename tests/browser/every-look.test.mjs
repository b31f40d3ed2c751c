// Every page and state in light and dark, on a desk and on a phone: nothing for axe to find, no sideways scroll.
import { test } from "node:test";
import assert from "node:assert/strict";
import { atEveryWidth, browser, inEveryLook, LOOKS, newPage, PHONE, signedIn } from "./support.mjs";

const DAY = "/arrears?as_of=2021-07-31";
const unfold = async page => {
	const folded = page.locator("details.behind:not([open]) > summary");
	while (await folded.count()) await folded.first().click();
};

const STATES = [
	["the dashboard", "/"],
	["arrears, today", "/arrears"],
	["arrears, everything unfolded", DAY, unfold],
	["arrears, filtered", `${DAY}&unit=ROAF&fund=FEM`],
	["arrears, narrowed by every means", `${DAY}&unit=ROAF&donor=EUROPEAN-UNION&fund=FEM&bucket=365%2B&currency=EUR&q=governance`],
	["arrears, in another order", `${DAY}&sort=usd`],
	["arrears, nothing", "/arrears?as_of=2013-01-01"],
	["arrears, nothing with a filter", "/arrears?as_of=2013-01-01&unit=ROAF"],
	["arrears, the day's sheet open", DAY, page => open(page, "As of")],
	["arrears, the filter's sheet open", `${DAY}&unit=ROAF`, page => open(page, "Filter")],
	["arrears, narrowed, the filter's sheet open", `${DAY}&unit=ROAF&donor=EUROPEAN-UNION&fund=FEM&currency=EUR`, page => open(page, "Filter")],
	["arrears, the calendar open", DAY, async page => {
		await open(page, "As of");
		if (!await page.getByRole("dialog").count()) await page.locator(".date > button").click();
	}],
	["giving, everything unfolded", "/giving?as_of=2021-07-31&year=2020", unfold],
	["giving, of one fund", "/giving?as_of=2021-07-31&fund=FNE&year=2015"],
	["giving, some donors", "/giving?as_of=2021-07-31&fund=FNE&since=2019-01-01&state=returned_in_period"],
	["giving, nothing", "/giving?as_of=2000-12-31"],
	["giving, the filter's sheet open", "/giving?as_of=2021-07-31", page => open(page, "Filter")],
	["reporting rates, everything unfolded", "/reporting-rates?as_of=2021-07-31", unfold],
	["reporting rates, today", "/reporting-rates"],
	["reporting rates of a unit, with every filter", "/reporting-rates?as_of=2021-07-15&unit=ROAF&donor=EUROPEAN-UNION&fund=FEM&since=2019-01-01&change_since=2021-02-10"],
	["reporting rates, the worst first", "/reporting-rates?as_of=2021-07-31&sort=rate"],
	["reporting rates, no reports due", "/reporting-rates?as_of=2013-01-01"],
	["reporting rates, units by name", "/reporting-rates?as_of=2021-07-31&q=africa"],
	["reporting rates, the filter's sheet open", "/reporting-rates?as_of=2021-07-31", page => open(page, "Filter")],
	["nothing published", "/published?q=nothing+like+this"],
	["contributions, narrowed by every means", "/contributions?as_of=2021-07-31&fund_kind=core&donor_kind=C01&region=northern-europe&earmarking=unearmarked&state=cash&since=2013-01-01&until=2020-12-31"],
	...["donors", "pledges", "instalments", "contributions", "donor-reports", "budget", "units", "funds", "rates", "imports", "projects", "expenditures", "implementation"].flatMap(room => [
		[`${room}, the list`, `/${room}?as_of=2021-07-31`],
		[`${room}, nothing`, `/${room}?q=nothing+like+this`],
	]),
	["contributions, the largest", "/contributions?sort=amount"],
	["contributions, money that went back", "/contributions?state=negative"],
	["documents, narrowed by every means", "/documents?donor=SWE&document_kind=development_strategy&tongue=en&state=expired&in_force_on=2021-07-31"],
	["documents, nothing", "/documents?q=nothing+like+this"],
	["a document", "/documents?q=sida-agreement", async page => {
		if (page.url().includes("?q=")) await page.locator("table.list tbody a").first().click();
		await page.locator(".files").waitFor();
	}],
	["files to choose", "/documents/new?donor=SWE"],
	["a donor", "/donors/SWE?as_of=2021-07-31"],
	["a donor whose parent is another, with contacts", "/donors/SIDA?as_of=2021-07-31"],
	["a donor with nothing", "/donors/UNIDENTIFIED?as_of=2013-01-01"],
	["a unit that moved", "/units/SPM"],
	["a pledge", "/pledges/P-2017-021?as_of=2021-07-31"],
	["a contribution", "/contributions/2013-SWE-FEM"],
	["a report sent again", "/donor-reports/P-2016-004-F1"],
	["a unit", "/units/ROAF"],
	["a fund", "/funds/FEM"],
	["a currency", "/rates/EUR"],
	["implementation, everything unfolded", "/implementation?as_of=2021-07-31", unfold],
	["implementation, of today", "/implementation"],
	["implementation, some projects", "/implementation?as_of=2021-07-31&state=late"],
	["implementation, narrowed by every means", "/implementation?as_of=2021-07-31&unit=ROAF&country=SOM&donor=EUROPEAN-UNION&state=late"],
	["a project with everything unfolded", "/projects/SOM-LOG3?as_of=2021-07-31", unfold],
	["a project without a budget", "/projects/SOM-BAI"],
	["a project not started", "/projects/KI-DATA"],
	["the form of a new project", "/projects/new"],
	["expenditure of a project", "/expenditures?project=GSD-IUP"],
	["the palette, with what was opened last", "/donors/SWE", page => palette(page, "")],
	["the palette, with what was found", "/donors", page => palette(page, "sw")],
	["the palette, with nothing", "/donors", page => palette(page, "zzzzqqq")],
	["the shortcuts", "/donors", async page => {
		if (!await page.getByRole("dialog").count()) await page.keyboard.press("?");
	}],
	["suggestions in the filter", DAY, async page => {
		await open(page, "Filter");
		await page.getByRole("combobox", { name: "Donor" }).fill("");
		await page.getByRole("combobox", { name: "Donor" }).fill("unit");
		await page.locator(".suggest [role=option]").first().waitFor();
		await page.keyboard.press("ArrowDown");
	}],
	["the sheet that saves a view", `${DAY}&unit=ROAF`, page => open(page, "Save this view")],
	["a page of what was found", "/search?q=sweden"],
	["a page of nothing found", "/search?q=zzzzqqq"],
	["a search for nothing yet", "/search"],
	["what was said, among the meetings of a donor", "/search?q=report&kind=meeting&donor=SWE&since=2015-01-01"],
	["what was said, with a word mistyped", "/search?q=consultaton"],
	["a search with its filters open", "/search?q=report", page => open(page, "Filter")],
	["no saved view", "/views"],
	["saved views, one being renamed", `${DAY}&unit=ROAF&sort=donor`, views],
	["a list with saved views", `${DAY}&unit=ROAF&sort=donor`],
	["an import by a command", "/imports/1"],
	["an error: 404", "/nothing/here"],
	["an error: 400", "/arrears?as_of=yesterday"],
	["an error: 400, of a long address", `/arrears?unit=${"NOWHERE".repeat(30)}`],
];

async function open(page, text) {
	const summary = page.locator("summary", { hasText: text });
	if (!await summary.evaluate(el => el.parentElement.open)) await summary.click();
}

async function palette(page, typed) {
	const box = page.locator("#palette-box");
	if (!await box.isVisible()) await page.keyboard.press("Control+k");
	await box.fill(typed);
	await page.locator(typed === "zzzzqqq" ? "#palette > .hint:not(:empty)" : "#palette [role=option]").first().waitFor();
}

/** Saves a view as the form does, and shows the page of views with its sheet open. */
async function views(page) {
	if (page.url().includes("/views")) return;
	await open(page, "Save this view");
	await page.getByLabel("Name", { exact: true }).fill("A name of some length, as people give them, مصر");
	await page.locator("details[open] button.primary").click();
	await page.waitForURL(/done=/);
	await page.goto("/views");
	await page.locator("summary", { hasText: "Rename" }).first().click();
}

test("every page in every look", async t => {
	const launched = await browser(t);
	const storageState = await signedIn(launched);
	for (const [name, path, prepare] of STATES) {
		await t.test(name, async () => {
			const page = await newPage(launched, { storageState });
			await page.goto(path);
			await inEveryLook(page, prepare);
			await atEveryWidth(page);
			page.quiet();
			await page.context().close();
		});
	}
	await t.test("the drawer of a phone", async () => {
		const page = await newPage(launched, { storageState, viewport: PHONE });
		await page.goto(DAY);
		assert.ok(!await page.getByRole("link", { name: "Arrears" }).isVisible(), "shut at first");
		await page.getByRole("button", { name: "Menu" }).click();
		assert.ok(await page.getByRole("link", { name: "Arrears" }).isVisible());
		await inEveryLook(page, undefined, LOOKS.filter(look => look.size === PHONE));
		await page.keyboard.press("Escape");
		assert.ok(!await page.getByRole("link", { name: "Arrears" }).isVisible(), "shut again");
		page.quiet();
	});
	await t.test("the theme one chooses stays", async () => {
		const page = await newPage(launched, { storageState });
		await page.goto("/arrears");
		const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
		const light = await ground();
		await page.getByRole("button", { name: "Dark" }).click();
		await page.waitForLoadState();
		assert.notEqual(await ground(), light);
		assert.equal(await page.getByRole("button", { name: "Dark" }).getAttribute("aria-pressed"), "true");
		await page.getByRole("button", { name: "As the machine is" }).click();
		await page.waitForLoadState();
		assert.equal(await ground(), light);
		page.quiet();
	});
});
