/** Try alone, inside another page's frame: `?embed` before the fragment. */

/** The page by itself, at this fragment. */
export function ownAddress(href: string, fragment: string): string {
  const url = new URL(href);
  url.searchParams.delete("embed");
  // A flag has no value: `?embed`, and not `?embed=`.
  url.search = flags(url.searchParams);
  url.hash = fragment;
  return url.href;
}

function flags(parameters: URLSearchParams): string {
  return parameters.toString().replace(/=(?=&|$)/g, "");
}

const ESCAPES: Record<string, string> = { "&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;" };
const escaped = (text: string) => text.replace(/[&"<>]/g, (letter) => ESCAPES[letter]);

/** The markup that shows Try as it is now. */
export function embedCode(href: string, title: string): string {
  const url = new URL(href);
  url.searchParams.set("embed", "");
  url.search = flags(url.searchParams);
  return `<iframe src="${escaped(url.href)}" title="${escaped(title)}" width="100%" height="900" style="border:0" loading="lazy" allow="clipboard-write"></iframe>`;
}
