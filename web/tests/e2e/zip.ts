/** Zip archives in the form of IWSLT2017's. */
import { crc32 } from "node:zlib";

function little(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

/** Of files that are stored as they are. */
export function zipped(files: Record<string, string>): Buffer {
  const [bytes, list]: Buffer[][] = [[], []];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text);
    const sizes = [little(crc32(content), 4), little(content.length, 4), little(content.length, 4), little(Buffer.byteLength(name), 2), little(0, 2)];
    const common = Buffer.concat([Buffer.from([20, 0, 0, 0, 0, 0]), Buffer.alloc(4), ...sizes]);
    list.push(Buffer.from("PK\x01\x02\x14\0", "latin1"), common, Buffer.alloc(10), little(offset, 4), Buffer.from(name));
    const entry = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, Buffer.from(name), content]);
    bytes.push(entry);
    offset += entry.length;
  }
  const [index, count] = [Buffer.concat(list), little(Object.keys(files).length, 2)];
  const end = [Buffer.from("PK\x05\x06\0\0\0\0", "latin1"), count, count, little(index.length, 4), little(offset, 4), Buffer.alloc(2)];
  return Buffer.concat([...bytes, index, ...end]);
}

type Pair = readonly [string, string];

/** Files of a pair of languages: pairs to train on, and a set each for validation and for tests. */
export function iwslt(pair: string, train: readonly Pair[], valid: readonly Pair[], test: readonly Pair[]): Record<string, string> {
  const sides = pair.split("-").map((language, side): [string, string][] => {
    const set = (name: string, pairs: readonly Pair[]): [string, string] => [
      `${pair}/IWSLT17.TED.${name}.${pair}.${language}.xml`,
      `<mteval>\n<doc>\n${pairs.map((each, index) => `<seg id="${index + 1}"> ${each[side]} </seg>\n`).join("")}</doc>\n</mteval>\n`,
    ];
    const lines = train.map((each) => `${each[side]}\n`).join("");
    return [[`${pair}/train.tags.${pair}.${language}`, `<title>A talk</title>\n${lines}`], set("dev2010", valid), set("tst2010", test)];
  });
  return Object.fromEntries(sides.flat());
}
