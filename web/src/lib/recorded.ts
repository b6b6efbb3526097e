/** The recorded examples, read from the markup that the build wrote into the page. */

/** The mix that is shown first. */
export const FIRST_MIX = "enc=alr-m";

/** What the build knows of an example. */
export interface Told {
  reference: string;
  translations: readonly { mix: string; text: string }[];
}

/** Of lower rank comes first: the first picture is to show what the mix makes otherwise, best where the teacher is right. */
function rank({ reference, translations }: Told): number {
  const said = (wanted: string) => translations.find(({ mix }) => mix === wanted)?.text;
  if (said(FIRST_MIX) === said("teacher")) return 2;
  return said("teacher") === reference ? 0 : 1;
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
