// The step in TensorFlow.js, with its own gradients and its own Adam. Its builds for browsers are scripts that set globals.

import { measure } from "./measure.js";
import { ADAM, WIDTH, numbers } from "./numbers.js";

const FOLDER = "/node_modules/@tensorflow";

function script(address) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    Object.assign(element, { src: address, onload: resolve, onerror: () => reject(new Error(`${address} does not load`)) });
    document.head.append(element);
  });
}

async function load(backend) {
  await script(`${FOLDER}/tfjs/dist/tf.min.js`);
  await script(`${FOLDER}/tfjs-backend-${backend}/dist/tf-backend-${backend}.min.js`);
  const { tf } = globalThis;
  if (backend === "wasm") {
    tf.wasm.setWasmPaths(`${FOLDER}/tfjs-backend-wasm/dist/`);
    // Asked for what jax-js takes. Its published build answers with one thread all the same.
    if (crossOriginIsolated) tf.wasm.setThreadsCount(navigator.hardwareConcurrency);
  }
  // Else it would take another backend and say so on the console only.
  if (!(await tf.setBackend(backend)) || tf.getBackend() !== backend) throw new Error(`no backend ${backend} here`);
  await tf.ready();
  return tf;
}

export async function run(backend, hidden, batch) {
  const tf = await load(backend);
  const { x, target, mask, count, parameters } = numbers(hidden, batch);
  const [inputs, targets, masks] = [x, target, mask].map((values) => tf.tensor(values, [batch, WIDTH]));
  const p = {};
  for (const [name, [values, shape]] of Object.entries(parameters)) p[name] = tf.variable(tf.tensor(values, shape));
  const normalized = (x, gamma, beta) => {
    const { mean, variance } = tf.moments(x, -1, true);
    return x.sub(mean).div(variance.add(1e-5).sqrt()).mul(gamma).add(beta);
  };
  const error = () => {
    const read = normalized(inputs, p.g1, p.b1).matMul(p.w1).add(p.c1).leakyRelu(0.01);
    const said = normalized(read, p.g2, p.b2).matMul(p.w2).add(p.c2);
    return said.sub(targets).square().mul(masks).sum().div(count);
  };
  const adam = tf.train.adam(ADAM.rate, ADAM.beta1, ADAM.beta2, ADAM.epsilon);
  const found = await measure(async () => {
    const loss = adam.minimize(error, true);
    // All of the step is in the queue before the loss is asked for, which is therefore the end of it.
    const [value] = await loss.data();
    loss.dispose();
    return value;
  });
  const threads = backend === "wasm" ? tf.wasm.getThreadsCount() : undefined;
  return { ...found, threads };
}
