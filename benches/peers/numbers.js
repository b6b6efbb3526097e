// The numbers that every program starts from, as benches/README.md defines them.

const TOKEN = 128;
export const WIDTH = 6400;

function pcg(x) {
  const s = (Math.imul(x, 747796405) + 2891336453) >>> 0;
  const w = Math.imul((s >>> ((s >>> 28) + 4)) ^ s, 277803737) >>> 0;
  return ((w >>> 22) ^ w) >>> 0;
}

/** From a stream, `count` numbers between -1 and 1, divided in double precision and rounded once. */
export function values(stream, count, divisor = 1) {
  const key = Math.imul(stream, 0x9e3779b9);
  const found = new Float32Array(count);
  for (let i = 0; i < count; i++) found[i] = ((pcg(pcg(i) ^ key) / 2 ** 32) * 2 - 1) / divisor;
  return found;
}

/** Inputs, target and mask of a batch, and the initial weights, all row-major. */
export function numbers(hidden, batch) {
  const x = values(1, batch * WIDTH);
  const mask = new Float32Array(batch * WIDTH);
  let count = 0;
  for (let b = 0; b < batch; b++) {
    const length = (50 - 10 * (b % 3)) * TOKEN;
    mask.fill(1, b * WIDTH, b * WIDTH + length);
    x.fill(0, b * WIDTH + length, (b + 1) * WIDTH);
    count += length;
  }
  const root = Math.sqrt(hidden);
  const ones = (n) => new Float32Array(n).fill(1);
  return {
    x,
    mask,
    count,
    target: values(2, batch * WIDTH, 2),
    parameters: {
      g1: [ones(WIDTH), [WIDTH]],
      b1: [new Float32Array(WIDTH), [WIDTH]],
      w1: [values(3, WIDTH * hidden, 80), [WIDTH, hidden]],
      c1: [values(4, hidden, 80), [hidden]],
      g2: [ones(hidden), [hidden]],
      b2: [new Float32Array(hidden), [hidden]],
      w2: [values(5, hidden * WIDTH, root), [hidden, WIDTH]],
      c2: [values(6, WIDTH, root), [WIDTH]],
    },
  };
}

export const ADAM = { rate: 1e-3, beta1: 0.9, beta2: 0.98, epsilon: 1e-9 };
