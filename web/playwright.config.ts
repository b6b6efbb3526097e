import { defineConfig, type PlaywrightTestConfig } from "@playwright/test";

const COMMON = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
/** A software adapter, so that WebGPU can be tested where there is no GPU. */
const SOFTWARE_GPU = [
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan,WebGPU",
  "--use-vulkan=swiftshader",
  "--use-webgpu-adapter=swiftshader",
  "--disable-vulkan-surface",
];

function launch(args: string[]): PlaywrightTestConfig["use"] {
  return { launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--headless=new", ...COMMON, ...args] } };
}

const FAKE = /e2e\/fake\/.*\.spec\.ts/;

export default defineConfig({
  testDir: "tests/e2e",
  outputDir: "test-results",
  // Two cores: a second browser would only slow the first one's clock.
  workers: 1,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  // What a service worker fetches, no test could hold up or count; that of being offline allows it.
  use: { serviceWorkers: "block" },
  projects: [
    { name: "gpu", testIgnore: /(screenshots|nogpu|long|kill)\.spec\.ts/, use: { ...launch(SOFTWARE_GPU), viewport: { width: 1440, height: 900 } } },
    { name: "nogpu", testMatch: /nogpu\.spec\.ts/, use: { ...launch([]), viewport: { width: 1440, height: 900 } } },
    { name: "phone", testMatch: FAKE, testIgnore: /budgets\.spec\.ts/, use: { ...launch([]), viewport: { width: 390, height: 844 }, hasTouch: true } },
    { name: "tablet", testMatch: FAKE, testIgnore: /budgets\.spec\.ts/, use: { ...launch([]), viewport: { width: 768, height: 1024 } } },
    ...(process.env.SCREENSHOTS ? [{ name: "screenshots", testMatch: /screenshots\.spec\.ts/, use: launch([]) }] : []),
    // Its browser is killed again and again: it starts one itself.
    ...(process.env.KILL ? [{ name: "kill", testMatch: /kill\.spec\.ts/ }] : []),
    // Half an hour: not in CI.
    ...(process.env.LONG ? [{ name: "long", testMatch: /long\.spec\.ts/, use: { ...launch([]), viewport: { width: 1440, height: 900 } } }] : []),
  ],
});
