import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { app } from "./state/app.svelte.ts";
import { offline } from "./state/offline.svelte.ts";
import { router } from "./state/router.svelte.ts";
import { theme } from "./state/theme.svelte.ts";

const root = document.getElementById("app");
if (!root) throw new Error("the page has no place for the app");
theme.show();
router.start();
offline.start();
// Before the markup goes: the recorded examples are in it.
app.start(root);
if (new URLSearchParams(location.search).has("hooks")) void import("./state/hooks.ts");
root.replaceChildren();
mount(App, { target: root });
