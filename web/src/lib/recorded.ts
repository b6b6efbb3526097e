/** The recorded examples, read from the markup that the build wrote into the page. */

/** The mix that is shown first. */
export const FIRST_MIX = "enc=alr-m";

/** What the build knows of an example. */
export interface Told {
  reference: string;
  translations: readonly { mix: string; text: string }[];
}

/**
 * Of lower rank comes first: where the teacher is right, best where the first mix makes something else of it, then where only another one
 * does. What the teacher itself gets wrong shows little of its nets.
 */
function rank({ reference, translations }: Told): number {
  const said = (wanted: string) => translations.find(({ mix }) => mix === wanted)?.text;
  const teacher = said("teacher");
  if (teacher !== reference) return 3;
  if (said(FIRST_MIX) !== teacher) return 0;
  return translations.some(({ text }) => text !== teacher) ? 1 : 2;
}

/** Those of one rank stay in the order they have. */
export function differingFirst<E extends Told>(examples: readonly E[]): E[] {
  return [...examples].sort((one, other) => rank(one) - rank(other));
}

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
