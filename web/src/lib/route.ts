/** The page's state in the fragment: `#/train?net=enc.1%3Dalr-l`. */

/** Those of the bar on top; Bench is reached from the status pill, Share from a run. */
export const MAIN_VIEWS = ["try", "train", "compare", "runs", "board"] as const;
export const VIEWS = [...MAIN_VIEWS, "bench", "share"] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  view: View;
  parameters: URLSearchParams;
}

const PATHS: Record<View, string> = { try: "", train: "train", compare: "compare", runs: "runs", board: "board", bench: "bench", share: "share" };

export function parseRoute(fragment: string): Route {
  const [path = "", query = ""] = fragment.replace(/^#\/?/, "").split(/\?(.*)/s);
  const view = VIEWS.find((name) => PATHS[name] === path.replace(/\/$/, "")) ?? "try";
  return { view, parameters: new URLSearchParams(query) };
}

/** Empty values are left out. */
export function formatRoute(view: View, parameters: Record<string, string | null | undefined> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value) search.set(name, value);
  const query = search.toString();
  return `#/${PATHS[view]}${query ? `?${query}` : ""}`;
}

/** The address that leads there from anywhere: without what this tab alone was asked for. */
export function addressOf(href: string, fragment: string): string {
  return href.replace(/[?#].*/s, "") + fragment;
}
