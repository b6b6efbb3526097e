/** A figure of the page as a file of its own. */

/** What shapes and words take from the page's style sheets. */
const SHAPES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "stroke-linejoin"];
const WORDS = ["fill", "font-family", "font-size", "font-weight", "font-variant-numeric", "text-anchor"];

const NAMESPACE = "http://www.w3.org/2000/svg";
const [MARGIN, LINE, LETTER] = [16, 17, 6.2];

/** What stands around the figure where the page around it is gone. */
export interface Around {
  title: string;
  /** Below the title. */
  lines: readonly string[];
  legend: string;
}

/** In lines that are about as wide as the figure. */
function wrapped(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (longer.length * LETTER > width && lines[lines.length - 1]) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function element(name: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.textContent = text;
  return made;
}

/** The drawing moved between title and legend, on the page's ground, with a margin. */
function framed(copy: SVGSVGElement, svg: SVGSVGElement, { title, lines, legend }: Around): void {
  const { color, backgroundColor, fontFamily } = getComputedStyle(document.body);
  const [width, height] = [svg.width.baseVal.value, svg.height.baseVal.value];
  const head = lines.flatMap((line) => wrapped(line, width));
  const foot = wrapped(legend, width);
  const top = MARGIN + 24 + LINE * head.length + 8;
  const full = { width: width + 2 * MARGIN, height: top + height + 8 + LINE * foot.length + MARGIN };
  const drawing = element("g", { transform: `translate(${MARGIN} ${top})` });
  drawing.append(...copy.childNodes);
  const small = (text: string, y: number) => element("text", { x: MARGIN, y, style: `fill:${color};font-family:${fontFamily};font-size:12px` }, text);
  copy.append(
    element("title", {}, title),
    element("rect", { width: "100%", height: "100%", fill: backgroundColor }),
    element("text", { x: MARGIN, y: MARGIN + 16, style: `fill:${color};font-family:${fontFamily};font-size:18px;font-weight:650` }, title),
    ...head.map((line, index) => small(line, MARGIN + 24 + LINE * (index + 0.75))),
    drawing,
    ...foot.map((line, index) => small(line, top + height + 8 + LINE * (index + 0.75))),
  );
  for (const [key, value] of Object.entries({ ...full, viewBox: `0 0 ${full.width} ${full.height}` })) copy.setAttribute(key, String(value));
}

/** The SVG as text, in the colours that it has now, with all that it needs to be read by itself. */
export function svgText(svg: SVGSVGElement, around: Around): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const [originals, copies] = [svg.querySelectorAll("*"), copy.querySelectorAll("*")];
  originals.forEach((original, index) => {
    const kept = copies[index];
    for (const name of ["class", "fill", "stroke", "stroke-dasharray"]) kept.removeAttribute(name);
    if (original.tagName === "g") return;
    const computed = getComputedStyle(original);
    const names = original.tagName === "text" ? WORDS : SHAPES;
    kept.setAttribute("style", names.map((name) => `${name}:${computed.getPropertyValue(name)}`).join(";"));
  });
  // What only the pointer needs.
  for (const extra of copy.querySelectorAll("[data-extra]")) extra.remove();
  copy.setAttribute("xmlns", NAMESPACE);
  copy.removeAttribute("class");
  framed(copy, svg, around);
  return new XMLSerializer().serializeToString(copy);
}

/** Twice as large as on the page, so that it can be printed; null where the browser draws none. */
export async function pngOf(text: string): Promise<Blob | null> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * image.naturalWidth, height: 2 * image.naturalHeight });
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
