import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

export default ts.config(
  { ignores: ["dist", "dist-fake", "dist-threads", "node_modules", "test-results", "playwright-report", "tests/canary"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.worker, ...globals.node } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
  },
  {
    rules: {
      // TypeScript knows undefined names better.
      "no-undef": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // Routes are fragments of one page; there is no router to ask.
      "svelte/no-navigation-without-resolve": "off",
      // Playwright reads which fixtures a fixture needs from its first parameter.
      "no-empty-pattern": ["error", { allowObjectPatternsAsParameters: true }],
      eqeqeq: "error",
      "no-console": "error",
    },
  },
);
