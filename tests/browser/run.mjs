// Serves the demonstration from a folder of its own on a free port, runs the browser tests against it, stops it.
//   node run.mjs PATH-OF-DIS [options and files of node --test]
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [program, ...args] = process.argv.slice(2);
if (!program) {
	console.error("which program? node run.mjs PATH-OF-DIS");
	process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "dis-browser-"));
chmodSync(folder, 0o755); // started by root, PostgreSQL runs as an account that must get in
const kept = Object.entries(process.env).filter(([name]) => !/^(DATABASE_URL|DIS_(?!PG_BIN).*)$/.test(name));
const env = Object.fromEntries(kept);

let log = "";
const server = spawn(resolve(program), ["demo", "--listen", "127.0.0.1:0"], { env: { ...env, DIS_DATA_DIR: folder }, stdio: ["ignore", "pipe", "pipe"] });
const gone = new Promise(done => {
	server.on("error", error => done(String(error)));
	server.on("exit", (code, signal) => done(`it stopped by itself (${signal ?? code})`));
});
const address = new Promise(done => {
	for (const stream of [server.stdout, server.stderr]) {
		stream.setEncoding("utf8").on("data", said => {
			log += said;
			const found = /^(http:\/\/127\.0\.0\.1:\d+)$/m.exec(log);
			if (found) done(found[1]);
		});
	}
});

let tests;
let stopping = false;
async function stop(code) {
	if (stopping) return;
	stopping = true;
	tests?.kill();
	if (code !== 0) console.error(`What the server said:\n${log}`);
	server.kill("SIGTERM");
	const late = setTimeout(() => server.kill("SIGKILL"), 30_000);
	await gone;
	clearTimeout(late);
	rmSync(folder, { recursive: true, force: true });
	process.exit(code);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(1));

const late = setTimeout(() => {
	console.error("the demonstration did not start within two minutes");
	stop(1);
}, 120_000);
const started = await Promise.race([address, gone.then(why => ({ why }))]);
clearTimeout(late);
if (typeof started !== "string") {
	console.error(`the demonstration did not start: ${started.why}`);
	await stop(1);
}
tests = spawn(process.execPath, ["--test", "--test-reporter=spec", ...args], {
	cwd: dirname(fileURLToPath(import.meta.url)), env: { ...env, DIS_ADDRESS: started }, stdio: "inherit",
});
tests.on("error", error => {
	console.error(String(error));
	stop(1);
});
tests.on("exit", code => stop(code ?? 1));
gone.then(why => {
	if (stopping) return;
	console.error(`the demonstration went away under the tests: ${why}`);
	stop(1);
});
