// Runs the browser tests, two files at a time. Every file has a server and a demonstration of its own, so that none
// sees what another did: the demonstration is filled once, and its folder copied.
//   node run.mjs PATH-OF-DIS [options of node --test] [files]
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [program, ...args] = process.argv.slice(2);
if (!program) {
	console.error("which program? node run.mjs PATH-OF-DIS");
	process.exit(2);
}
const here = dirname(fileURLToPath(import.meta.url));
const options = args.filter(arg => arg.startsWith("-"));
const asked = args.filter(arg => !arg.startsWith("-"));
const every = readdirSync(here).filter(name => name.endsWith(".test.mjs")).sort();
// The one that looks at every page takes as long as all the others: it begins first.
const LONGEST = "every-look.test.mjs";
const files = (asked.length ? asked.map(name => basename(name)) : every).sort((a, b) => (b === LONGEST) - (a === LONGEST));
const AT_ONCE = 2;

const kept = Object.entries(process.env).filter(([name]) => !/^(DATABASE_URL|DIS_(?!PG_BIN).*)$/.test(name));
const env = Object.fromEntries(kept);
const folders = [];
const servers = new Set(), tests = new Set();

function newFolder() {
	const folder = mkdtempSync(join(tmpdir(), "dis-browser-"));
	chmodSync(folder, 0o755); // started by root, PostgreSQL runs as an account that must get in
	folders.push(folder);
	return folder;
}

/** Starts the demonstration in a folder. */
async function start(folder) {
	const server = { log: "", stopping: false };
	const child = spawn(resolve(program), ["demo", "--listen", "127.0.0.1:0"], { env: { ...env, DIS_DATA_DIR: folder }, stdio: ["ignore", "pipe", "pipe"] });
	server.gone = new Promise(done => {
		child.on("error", error => done(String(error)));
		child.on("exit", (code, signal) => done(`it stopped by itself (${signal ?? code})`));
	});
	server.gone.then(() => servers.delete(server));
	server.stop = async () => {
		server.stopping = true;
		child.kill("SIGTERM");
		const late = setTimeout(() => child.kill("SIGKILL"), 30_000);
		await server.gone;
		clearTimeout(late);
	};
	servers.add(server);
	const address = new Promise(done => {
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding("utf8").on("data", said => {
				server.log += said;
				const found = /^(http:\/\/127\.0\.0\.1:\d+)$/m.exec(server.log);
				if (found) done(found[1]);
			});
		}
	});
	let late;
	const started = await Promise.race([
		address,
		server.gone.then(why => ({ why })),
		new Promise(done => { late = setTimeout(() => done({ why: "it did not answer within two minutes" }), 120_000); }),
	]);
	clearTimeout(late);
	if (typeof started !== "string") throw new Error(`the demonstration did not start: ${started.why}\n${server.log}`);
	server.address = started;
	return server;
}

/** Runs one file against a demonstration of its own; whether all of it passed. */
async function run(file, filled) {
	const folder = newFolder();
	// With `cp`, because a cluster belongs to the account it runs as.
	const copied = spawnSync("cp", ["-a", `${filled}/.`, folder], { encoding: "utf8" });
	if (copied.status !== 0) throw new Error(`the demonstration could not be copied: ${copied.stderr}`);
	const server = await start(folder);
	const test = spawn(process.execPath, ["--test", "--test-reporter=spec", ...options, file], {
		cwd: here, env: { ...env, DIS_ADDRESS: server.address }, stdio: ["ignore", "pipe", "pipe"],
	});
	tests.add(test);
	let said = "";
	for (const stream of [test.stdout, test.stderr]) stream.setEncoding("utf8").on("data", text => { said += text; });
	server.gone.then(why => {
		if (server.stopping) return;
		said += `the demonstration went away under the tests: ${why}\n`;
		test.kill();
	});
	const code = await new Promise(done => {
		test.on("error", error => { said += String(error); done(1); });
		test.on("close", code => done(code ?? 1));
	});
	tests.delete(test);
	await server.stop();
	rmSync(folder, { recursive: true, force: true });
	// A file's report is printed whole: two at once do not mix.
	console.log(`${file}\n${said}`);
	if (code !== 0) console.error(`What the server of ${file} said:\n${server.log}`);
	return code === 0;
}

let stopping = false;
async function stop(code) {
	if (stopping) return;
	stopping = true;
	for (const test of tests) test.kill();
	await Promise.all([...servers].map(server => server.stop()));
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
	process.exit(code);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(1));

try {
	const filled = newFolder();
	await (await start(filled)).stop();
	const failed = [];
	const waiting = [...files];
	await Promise.all(Array.from({ length: AT_ONCE }, async () => {
		for (let file; (file = waiting.shift());) if (!await run(file, filled)) failed.push(file);
	}));
	if (failed.length) console.error(`failed: ${failed.join(", ")}`);
	await stop(failed.length ? 1 : 0);
} catch (error) {
	console.error(String(error.message ?? error));
	await stop(1);
}
