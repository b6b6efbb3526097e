/** The recorded examples, read from the markup that the build wrote into the page. */

export interface Recorded {
  source: string;
  reference: string;
  sourceLang: string;
  targetLang: string;
  translations: Record<string, string>;
}

function example(article: Element): Recorded {
  const found: Recorded = { source: "", reference: "", sourceLang: "en", targetLang: "fr", translations: {} };
  for (const element of article.querySelectorAll<HTMLElement>("[data-role]")) {
    const [role, text, lang] = [element.dataset.role ?? "", element.textContent ?? "", element.lang];
    if (role === "source") Object.assign(found, { source: text, sourceLang: lang });
    else if (role === "reference") Object.assign(found, { reference: text, targetLang: lang });
    else found.translations[role.replace(/^mix:/, "")] = text;
  }
  return found;
}

export function readRecorded(root: ParentNode): Recorded[] {
  return [...root.querySelectorAll("[data-example]")].map(example);
}
