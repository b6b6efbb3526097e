import { describe, expect, it } from "vitest";
import { changedWords, diff, wordsOf } from "../../src/lib/diff.ts";
import { freshWords, markedParts } from "../../src/lib/marked.ts";
import { tokenPieces, wordPieces } from "../../src/lib/pieces.ts";
import { bytes, elapsed, fixed, mebibytes, percent, short, signed, timeBetween, timeLeft, timeRange, whole } from "../../src/lib/format.ts";
import { formatRoute, parseRoute } from "../../src/lib/route.ts";
import { markup } from "../../plugins/recorded.ts";
import { differingFirst } from "../../src/lib/recorded.ts";

describe("differences", () => {
  it("keep common words in order", () => {
    expect(diff(wordsOf("pas le petit chien"), wordsOf("pas la petite chien"))).toEqual([
      { kind: "same", units: ["pas"] },
      { kind: "del", units: ["le", "petit"] },
      { kind: "ins", units: ["la", "petite"] },
      { kind: "same", units: ["chien"] },
    ]);
  });

  it("rebuild both texts", () => {
    const [one, other] = ["a b c d a e", "b a c a a f e"];
    const parts = diff(wordsOf(one), wordsOf(other));
    const without = (kind: string) => parts.filter((part) => part.kind !== kind).flatMap(({ units }) => units).join(" ");
    expect([without("ins"), without("del")]).toEqual([one, other]);
  });

  it("count a word in another's place once", () => {
    expect(changedWords("le petit chien", "la petit chien")).toBe(1);
    expect(changedWords("le chien", "le chien")).toBe(0);
    expect(changedWords("", "le chien")).toBe(2);
    expect(changedWords("a b c", "c")).toBe(2);
  });
});

/** As it stands in the page: `+ins+`, `-del-`, `_confirmed_`, `!fresh!`. */
function shown(own: string[], against: string[], confirmed: boolean[] = [], fresh = new Set<number>()): string {
  const sign = { same: "", ins: "+", del: "-" };
  const parts = markedParts(own, against, { confirmed, fresh }).map(({ kind, stretches, inWord }) => {
    const inside = stretches.map(({ confirmed, pieces }) => {
      const text = pieces.map(({ letters, spaced, fresh }, index) => (spaced && index > 0 ? " " : "") + (fresh ? `!${letters}!` : letters)).join("");
      return [pieces[0].spaced, confirmed ? `_${text}_` : text] as const;
    });
    const spaced = inside[0][0] && !inWord;
    const text = inside.map(([spaced, text], index) => (spaced && index > 0 ? " " : "") + text).join("");
    return (spaced ? " " : "") + sign[kind] + (inWord && inside[0][0] ? " " : "") + text + sign[kind];
  });
  return parts.join("").trim();
}

describe("a text that is marked", () => {
  const tokens = (text: string) => text.split(" ");

  it("has its words where there are no tokens", () => {
    expect(shown(wordPieces("le petit chien dort"), wordPieces("le chien a dort"))).toBe("le +petit+ chien -a- dort");
    expect(shown(wordPieces("la petite porte"), wordPieces("la petite porte"), [true, true, false])).toBe("_la petite_ porte");
    const fresh = freshWords(["le", "chien"], ["un", "chien", "noir"]);
    expect(shown(wordPieces("un chien noir"), wordPieces("un chien noir"), [], fresh)).toBe("!un! chien !noir!");
  });

  it("has parts of words where tokens differ", () => {
    expect(shown(tokens("▁Le ▁ch at ▁dort ."), tokens("▁Le ▁ch ien ▁dort ."))).toBe("Le ch-ien-+at+ dort.");
    expect(shown(tokens("▁un ▁chat"), tokens("▁le ▁ch ien"))).toBe("-le chien- +un chat+");
    // Without what is struck, it is the text itself.
    expect(shown(tokens("▁ch s ▁x"), tokens("▁ch ▁petit s ▁x"))).toBe("ch- petit-s x");
  });

  it("is confirmed word by word, however its words are cut", () => {
    const own = tokens("▁Le ▁ch at ▁dort .");
    expect(shown(own, tokens("▁Le ▁ch ien ▁dort ."), [true, true, false])).toBe("_Le ch_-ien-+_at_+ dort.");
    expect(shown(own, own, [false, true, true])).toBe("Le _chat dort._");
  });

  it("is in words where tokens say another text", () => {
    expect(tokenPieces("Le chat dort.", "▁Le ▁ch at ▁dort .")).toEqual(["▁Le", "▁ch", "at", "▁dort", "."]);
    expect(tokenPieces("Le ☃ dort.", "▁Le ▁ <unk> ▁dort .")).toEqual(["▁Le", "▁☃", "▁dort."]);
    expect(tokenPieces("", "")).toEqual([]);
  });
});

describe("numbers", () => {
  it("time left is rounded and never jumps by more than it knows", () => {
    const texts = [4_000, 12_000, 57_000, 58_000, 150_000, 3_569_000, 3_600_000, 9_000_000, NaN, Infinity].map(timeLeft);
    expect(texts).toEqual(["a few seconds", "15 s", "60 s", "1 min", "3 min", "59 min", "1 h", "2.5 h", "unknown", "unknown"]);
  });

  it("estimates of time, from half to twice", () => {
    expect([1, 20, 44, 100, 1200, 2400, 4000, 90_000].map(timeRange)).toEqual([
      "< 10 s", "10–40 s", "22–88 s", "1–4 min", "10–40 min", "20–80 min", "1–3 h", "12–50 h",
    ]);
    expect([timeBetween(0.2, 9), timeBetween(4.4, 40.2), timeBetween(41, 42), timeBetween(60, 300)]).toEqual(["< 10 s", "4–41 s", "41–42 s", "1–5 min"]);
  });

  it("sizes", () => {
    expect([bytes(12), bytes(197_000), bytes(1_300_000), bytes(164_185_600), bytes(2_622_361_600)]).toEqual(["12 B", "197 kB", "1.3 MB", "164 MB", "2.62 GB"]);
    expect([mebibytes(327_680_000), mebibytes(2 ** 28)]).toEqual(["312 MiB", "256 MiB"]);
    expect([mebibytes(327_680_000, true), mebibytes(2 ** 28, true)]).toEqual(["312.5 MiB", "256 MiB"]);
    expect([short(950), short(339_275), short(999_600), short(10_261_600), short(163_897_600)]).toEqual(["950", "339 k", "1.00 M", "10.3 M", "164 M"]);
  });

  it("the rest", () => {
    expect([elapsed(131_000), elapsed(3_731_000)]).toEqual(["2:11", "1:02:11"]);
    expect([fixed(-2.611), signed(2.6, 1), signed(-11.72), percent(0.999), whole(1784784)]).toEqual(["−2.61", "+2.6", "−11.72", "99%", "1,784,784"]);
  });
});

describe("routes", () => {
  it("hold a view and its parameters", () => {
    const fragment = formatRoute("try", { mix: "enc=alr-m,cross=none", text: "Où ?", none: null });
    const { view, parameters } = parseRoute(fragment);
    expect([view, parameters.get("mix"), parameters.get("text"), parameters.has("none")]).toEqual(["try", "enc=alr-m,cross=none", "Où ?", false]);
    expect(parseRoute("#/?mix=enc%3Dalr-m").parameters.get("mix")).toBe("enc=alr-m");
    expect([parseRoute("").view, parseRoute("#/train").view, parseRoute("#/nowhere").view]).toEqual(["try", "train", "try"]);
  });
});

describe("recorded examples", () => {
  it("stand in the page as text, and nothing stands there without a pack", () => {
    expect(markup("tests/fixtures/none.json")).toBe("");
    const html = markup("tests/fixtures/manifest.json");
    expect(html.match(/<article/g)).toHaveLength(5);
    expect(html).toContain('<dd lang="fr" data-role="mix:enc=alr-m">Les enfants ne voient pas la petite chien.</dd>');
  });

  it("begin with one that the teacher has right: that the mix has otherwise, then that a control has", () => {
    const told = (reference: string, teacher: string, mixed: string, none: string) => ({
      reference,
      translations: [{ mix: "teacher", text: teacher }, { mix: "enc=alr-m", text: mixed }, { mix: "enc=none", text: none }],
    });
    const [wrong, same, control, mix] = [told("c", "d", "e", "e"), told("a", "a", "a", "a"), told("b", "b", "b", "x"), told("f", "f", "g", "f")];
    expect(differingFirst([wrong, same, control, mix])).toEqual([mix, control, same, wrong]);
    const another = told("h", "h", "h", "x");
    expect(differingFirst([another, control])).toEqual([another, control]);
  });
});
