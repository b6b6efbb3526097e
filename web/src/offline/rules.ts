/** Which requests the service worker answers, and how. */

export interface Site {
  /** A hash of all files. */
  version: string;
  /** Relative to the page. */
  files: readonly string[];
}

/** The cache of a version. Pages at other paths, and the data sets that were loaded, have caches of the same origin. */
export function cacheName(scope: URL, version: string): string {
  return `attentionless-site ${scope.pathname} ${version}`;
}

/** Of all caches of the origin, those of other versions of this site. */
export function outdated(names: readonly string[], scope: URL, version: string): string[] {
  return names.filter((name) => name.startsWith(cacheName(scope, "")) && name !== cacheName(scope, version));
}

/** A name that holds the hash of what is in it: it never means anything else. */
export function asset(file: string): boolean {
  return file.startsWith("assets/");
}

/** The file that a request is for; null where the site has none such, or it may be one of another version. */
export function kept(url: string, scope: URL, files: readonly string[]): string | null {
  const { origin, pathname } = new URL(url);
  if (origin !== scope.origin || !pathname.startsWith(scope.pathname)) return null;
  const file = pathname.slice(scope.pathname.length) || "index.html";
  return files.includes(file) ? file : null;
}
