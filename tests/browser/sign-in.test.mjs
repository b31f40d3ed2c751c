// The door: a wrong password is told where one looks, and costs nothing of what was typed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browser, inEveryLook, newPage, signIn, staff } from "./support.mjs";

test("a wrong password is told with the focus on it, and what was typed is still there", async t => {
	const launched = await browser(t);
	for (const javaScriptEnabled of [true, false]) {
		const page = await newPage(launched, { javaScriptEnabled });
		await signIn(page, { email: staff.email, password: "not the password" });
		const error = page.getByRole("alert");
		assert.equal((await error.textContent()).trim(), "E-mail or password is not right.");
		assert.ok(await error.evaluate(el => el === document.activeElement), `the error has the focus, script ${javaScriptEnabled}`);
		assert.equal(await page.getByLabel("E-mail").inputValue(), staff.email);
		assert.equal(await page.getByLabel("Password").inputValue(), "");
		if (javaScriptEnabled) await inEveryLook(page);
		await page.getByLabel("Password").fill(staff.password);
		await page.getByRole("button", { name: "Sign in" }).click();
		await page.waitForURL(url => url.pathname === "/");
		page.quiet();
	}
});

test("who asks for a page is led through the door to it, and out again", async t => {
	const page = await newPage(await browser(t));
	await page.goto("/arrears?as_of=2021-07-31&unit=ROAF");
	await inEveryLook(page);
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.getByLabel("E-mail").fill(staff.email);
	await page.getByLabel("Password").fill(staff.password);
	await page.getByRole("button", { name: "Sign in" }).click();
	await page.waitForURL("**/arrears?as_of=2021-07-31&unit=ROAF");
	await page.getByRole("button", { name: "Sign out" }).click();
	await page.waitForURL("**/login");
	await page.goto("/arrears");
	assert.match(page.url(), /\/login\?next=/);
	page.quiet();
});
