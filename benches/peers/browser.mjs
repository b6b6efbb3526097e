// One measurement in a browser: node browser.mjs WHO HIDDEN BATCH WORK; prints one JSON line.
//
// WHO is {jax,tfjs,attentionless}-{webgpu,wasm}, jax-single-wasm, which has one thread as the engine has, attentionless-threads-wasm, which
// has as many as the others, or `ceilings`. The machine's own adapter where it has one, else SwiftShader; the variable CHROMIUM names another
// browser of its kind. It keeps no profile and talks to nobody but the server in here.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { chromium } from "playwright-core";

const HERE = import.meta.dirname;
const ROOTS = { "/pkg/": path.resolve(HERE, "../../pkg"), "/pkg-threads/": path.resolve(HERE, "../../pkg-threads"), "/": HERE };
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };
/** For shared memory, without which no peer has threads. */
const SHARED_MEMORY = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const COMMON = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
const GPU = ["--enable-unsafe-webgpu", "--enable-features=Vulkan,WebGPU", "--disable-vulkan-surface"];
const SOFTWARE = ["--use-vulkan=swiftshader", "--use-webgpu-adapter=swiftshader"];

function file(address) {
  const below = decodeURIComponent(new URL(address, "http://here").pathname);
  const [prefix, root] = Object.entries(ROOTS).find(([prefix]) => below.startsWith(prefix));
  const found = path.join(root, below.slice(prefix.length));
  return found.startsWith(root + path.sep) ? found : null;
}

function serve(headers) {
  const server = createServer(async (request, response) => {
    const found = file(request.url);
    const there = found && (await stat(found).catch(() => null));
    if (!there?.isFile()) return response.writeHead(404).end();
    response.writeHead(200, { ...headers, "Content-Type": TYPES[path.extname(found)] ?? "application/octet-stream" });
    createReadStream(found).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

async function open(flags, address) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--headless=new", ...COMMON, ...GPU, ...flags] });
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(0);
  page.on("console", (message) => console.error(`   ${message.text()}`));
  page.on("pageerror", (error) => console.error(`   ${error.message}`));
  await page.goto(address);
  await page.waitForFunction(() => window.run);
  return { browser, page };
}

/** A browser on the machine's own adapter; on SwiftShader where it has none. */
async function opened(address) {
  const own = await open([], address);
  const adapter = await own.page.evaluate(() => window.adapter());
  if (adapter && !adapter.software) return own;
  await own.browser.close();
  return open(SOFTWARE, address);
}

/** Less than whoever started us waits: they could end this process only, and not its browser. */
const LONGEST = 570_000;

function timeout() {
  return new Promise((_, reject) => setTimeout(() => reject(new Error(`no result after ${LONGEST / 60_000} minutes`)), LONGEST).unref());
}

async function result([who, hidden, batch, work]) {
  const server = await serve(who.includes("-single-") ? {} : SHARED_MEMORY);
  const words = encodeURIComponent(JSON.stringify([who, Number(hidden), Number(batch), work]));
  const { browser, page } = await opened(`http://localhost:${server.address().port}/page.html#${words}`);
  try {
    // A page that dies takes its promise along, and says nothing else.
    const crash = new Promise((_, reject) => page.on("crash", () => reject(new Error("the page crashed, out of memory?"))));
    const found = await Promise.race([page.evaluate(() => window.run()), crash, timeout()]);
    return { ...found, browser: browser.version() };
  } finally {
    await browser.close();
    server.close();
  }
}

const found = await result(process.argv.slice(2)).catch((error) => ({ error: error.message.split("\n")[0] }));
console.log(JSON.stringify(found));
