/** A figure of the page as a file of its own. */

/** What shapes and words take from the page's style sheets. */
const SHAPES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "stroke-linejoin"];
const WORDS = ["fill", "font-family", "font-size", "font-weight", "font-variant-numeric", "text-anchor"];

/** The SVG as text, in the colours that it has now, on the page's ground. */
export function svgText(svg: SVGSVGElement): string {
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
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.removeAttribute("class");
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ width: "100%", height: "100%", fill: getComputedStyle(document.body).backgroundColor })) ground.setAttribute(name, value);
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

/** Twice as large as on the page, so that it can be printed; null where the browser draws none. */
export async function pngOf(text: string, width: number, height: number): Promise<Blob | null> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
