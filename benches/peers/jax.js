// The step in jax-js: one jitted function of the whole step, with its own gradients.

import * as jax from "/node_modules/@jax-js/jax/dist/index.js";
import { measure } from "./measure.js";
import { ADAM, WIDTH, numbers } from "./numbers.js";

const np = jax.numpy;

const array = (values, shape) => np.array(values).reshape(shape);
const mapped = (tree, change) => Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, change(value)]));
// jax-js frees an array with its last use; `ref` is for one more.
const kept = (tree) => mapped(tree, (value) => value.ref);

function normalized(x, gamma, beta) {
  return jax.nn.standardize(x, -1, { epsilon: 1e-5 }).mul(gamma).add(beta);
}

function error(p, x, target, mask, count) {
  const read = np.matmul(normalized(x, p.g1, p.b1), p.w1).add(p.c1);
  const hidden = normalized(jax.nn.leakyRelu(read, 0.01), p.g2, p.b2);
  const said = np.matmul(hidden, p.w2).add(p.c2);
  return np.sum(np.square(said.sub(target)).mul(mask)).div(count);
}

export async function run(device, hidden, batch) {
  const devices = await jax.init();
  if (!devices.includes(device)) throw new Error(`jax-js has no ${device} here, only ${devices}`);
  jax.defaultDevice(device);
  const { x, target, mask, count, parameters } = numbers(hidden, batch);
  const [inputs, targets, masks] = [x, target, mask].map((values) => array(values, [batch, WIDTH]));
  const gradients = jax.valueAndGrad((p, ...rest) => error(p, ...rest, count));
  const step = jax.jit((p, m, v, unbias1, unbias2, ...data) => {
    const [loss, g] = gradients(kept(p), ...data);
    const next = { p: {}, m: {}, v: {}, loss };
    for (const name of Object.keys(p)) {
      next.m[name] = m[name].mul(ADAM.beta1).add(g[name].ref.mul(1 - ADAM.beta1));
      next.v[name] = v[name].mul(ADAM.beta2).add(np.square(g[name]).mul(1 - ADAM.beta2));
      const root = np.sqrt(next.v[name].ref.mul(unbias2.ref)).add(ADAM.epsilon);
      next.p[name] = p[name].sub(next.m[name].ref.mul(unbias1.ref).mul(ADAM.rate).div(root));
    }
    unbias1.dispose();
    unbias2.dispose();
    return next;
  });
  const zeros = () => mapped(parameters, ([values, shape]) => array(new Float32Array(values.length), shape));
  let state = { p: mapped(parameters, ([values, shape]) => array(values, shape)), m: zeros(), v: zeros() };
  let steps = 0;
  const found = await measure(async () => {
    steps++;
    const unbias = [ADAM.beta1, ADAM.beta2].map((beta) => np.array(1 / (1 - beta ** steps)));
    const next = step(state.p, state.m, state.v, ...unbias, inputs.ref, targets.ref, masks.ref);
    state = { p: next.p, m: next.m, v: next.v };
    // An adapter gives the loss after all that is in its queue; workers may still be at the weights.
    if (device === "wasm") await jax.blockUntilReady(state);
    return (await next.loss.data())[0];
  });
  // As it starts its workers.
  const threads = device === "wasm" ? (crossOriginIsolated ? navigator.hardwareConcurrency : 1) : undefined;
  return { ...found, threads };
}
