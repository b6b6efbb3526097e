/** What the frame and Try say. Numbers come formatted; sentences end here. Words of the other views are in `strings/`: the first script has none of them. */
import { plural } from "./lib/format.ts";
import type { Reason } from "./protocol.ts";
import type { BoardPreset } from "./lib/board.ts";
import type { LinkError } from "./lib/link.ts";
import type { Method, Site, Trained, Variant } from "./lib/mix.ts";

const list = (words: string[]) => new Intl.ListFormat("en-GB").format(words);

export const LANGUAGES: Record<string, string> = { en: "English", fr: "French", de: "German" };

export const frame = {
  name: "attentionless",
  nav: { try: "Try", train: "Train", compare: "Compare", runs: "Runs", board: "Board", bench: "Bench", share: "Share" },
  navLabel: "Views",
  skip: "Skip to content",
  theme: "Theme",
  themes: { auto: "Auto", light: "Light", dark: "Dark" },
  close: "Dismiss",
  details: "Details",
  tryAgain: "Try again",
  report: (said: string, device: string, build: string, browser: string) => `${said}\nDevice: ${device}\nPage: ${build}\nBrowser: ${browser}`,
  viewFailed: "This view did not arrive (network).",
  reload: "Reload",
  titles: {
    try: "Translation without attention",
    train: "Train your own",
    compare: "Compare",
    runs: "Runs",
    board: "BLEU by size",
    bench: "What this device can do",
    share: "Share a run",
  },
};

export const pill = {
  loading: {
    engine: (loaded: string, total: string, cached: boolean) => `Loading engine ${loaded} of ${total} MB${cached ? ", from cache" : ""}`,
    models: (loaded: string, total: string) => `Loading models ${loaded} of ${total} MB`,
    "warm-up": () => "Warming up",
  },
  starting: "Loading engine",
  cancel: "Cancel loading",
  failed: "Engine not loaded",
  restarting: "Restarting the engine",
  ready: (device: string) => `Live on ${device} · ready`,
  offline: "Offline: everything here still works",
  offlineNotKept: "Offline: what is loaded still works",
  measure: (text: string) => `${text}. Measure and check this device`,
  choose: "Choose the device",
  training: (percent: string, step: string, left: string | null) =>
    `Training ${percent} · step ${step}${left ? ` · ${left} left` : ""}`,
  preparing: "Preparing the text",
  scoringRun: (percent: string) => `Scoring ${percent}`,
  stopScoring: "Stop scoring",
  paused: (step: string) => `Paused at step ${step}`,
  recovering: "Waiting for the GPU",
  /** Where there is little room: part of what is said in full. */
  brief: {
    loaded: (loaded: string, total: string) => `${loaded} of ${total} MB`,
    restarting: "Restarting",
    offline: "Offline",
    preparing: "Preparing",
    paused: "Paused",
    recovering: "Waiting",
  },
  pause: "Pause",
  resume: "Resume",
};

export const device = {
  cpu: "your CPU",
  faster: "your CPU: faster here",
  live: (name: string) => `Live on ${name}`,
  now: (name: string) => `Now on ${name}`,
  recorded: "Recorded",
  recordedHint: "Written down when the demo model was made; the engine is on its way.",
  webgpu: (name: string) => `${name} (WebGPU)`,
};

export const reasons: Record<Reason, string> = {
  insecure: "this page is not on https or localhost",
  "no-webgpu": "this browser has no WebGPU",
  "no-adapter": "no graphics adapter was offered",
  software: "only a software adapter (adapter.info.isFallbackAdapter)",
};

export const banners = {
  label: "Notices",
  failed: "The engine did not arrive (network). Recorded examples still work.",
  failedOther: "The engine could not start. Recorded examples still work.",
  cancelled: "Loading was cancelled. Recorded examples still work.",
  noGpu: (reason: Reason, speed: string | null) =>
    `No WebGPU here: ${reasons[reason]}. Running on your CPU: translation is fine, ` +
    (speed ? `training runs at ${speed} tokens a second (measured).` : "training speed is not measured yet."),
  noGpuDetails: (reason: Reason, adapter: string) => `WebGPU: ${reason}${adapter ? `, ${adapter}` : ""}`,
  checkAgain: "Check again",
  howTo: "How to turn it on",
  howToSteps: [
    "Chrome and Edge: update to the newest version; in chrome://settings/system, “Use graphics acceleration when available” has to be on; chrome://gpu says what is blocked and why.",
    "Firefox: about:config, set dom.webgpu.enabled to true, and restart.",
    "Safari: version 26 or newer has it on; older ones under Settings, Feature Flags, WebGPU.",
    "Open the page by https or on localhost; a private network address by http has no WebGPU.",
  ],
  wrong: (operation: string) => `Your GPU gave wrong numbers in our check (${operation}). Using the CPU.`,
  wrongDetails: (adapter: string, operation: string) =>
    `${adapter}: of the same numbers, ${operation} made others on the GPU than on the CPU. Another driver or browser may help.`,
  useGpuAnyway: "Use the GPU anyway",
  crashed: "The engine stopped unexpectedly. Restarted; your runs are safe.",
  otherTab: "Another tab is training.",
  otherTabAction: "Show here when done",
  otherTabFar: (part: string, left: string | null) => `It is ${part} done${left ? `, ${left} left` : ""}.`,
  otherTabStage: (stage: string, part: string, left: string | null) => `${stage}: ${part} done${left ? `, ${left} left for it` : ""}.`,
  watch: "Watch it",
  otherTabWaiting: "This view follows when the other tab is done.",
  storageFull: (used: string, quota: string) => `No space to save (${used} of ${quota}).`,
  storageDetails: (used: string, quota: string, runs: number) => `${used} of ${quota} bytes are used; ${runs} ${plural(runs, "run is", "runs are")} kept.`,
  exportNow: "Export now",
  deleteOldest: (name: string) => `Delete the oldest run: ${name}`,
  noPack: "This build carries no demo model.",
  copy: "Copy",
  copied: "Copied",
  copyInstead: "Copying needs https or localhost: select the text.",
};

export const sites: Record<Site, string> = { enc: "Encoder self", self: "Decoder self", cross: "Cross" };

export const fillings: Record<string, string> = {
  attention: "attention",
  none: "nothing (zero)",
  uniform: "equal weights",
  mean: "mean output",
};

export const tryView = {
  /** Of the panes: beside each other, and one below the other. */
  line: {
    beside: "Left: a Transformer. Right: the same model with its attention replaced by small feed-forward nets.",
    stacked: "A Transformer, and the same model with its attention replaced by small feed-forward nets.",
  },
  trainYourOwn: "Train your own",
  model: "Model",
  demo: "Demo model",
  field: (language: string) => `Sentence in ${language}`,
  placeholder: "Type a short sentence",
  newSentence: "New sentence",
  examples: "Examples",
  example: (number: number) => `Example ${number}`,
  allKnown: "All words known.",
  /** The words follow, which are in another language. */
  unknown: (count: number) => `${count} ${plural(count, "word", "words")} this model never saw:`,
  tokens: (tokens: number, most: number) => `${tokens} of ${most} tokens.`,
  tooLong: (tokens: number, most: number) => `${tokens} tokens; this model reads ${most}. The grey part is not translated.`,
  empty: "Type a sentence to translate it; the last one stays.",
  teacher: "Transformer",
  mix: "Your mix",
  reference: "Reference",
  attentionLeft: (left: number, all: number) => `attention ${left}/${all}`,
  heldOut: "held-out sentence",
  noReference: "Your own sentence has none.",
  notRecorded: "Not among the recorded examples; it comes with the engine.",
  differ: (count: number) => (count === 0 ? "same words" : `${count} ${plural(count, "word differs", "words differ")}`),
  changed: (count: number) => `${count} ${plural(count, "word", "words")} changed in your mix`,
  unchanged: "No word changed in your mix",
  /** Spoken after the translation. */
  translated: (count: number) => `${count} ${plural(count, "word differs", "words differ")} from the Transformer.`,
  freshHint: "Shaded: changed by your last swap.",
  pin: "Pin this mix",
  pinned: "Pinned to Compare",
  whatChanged: "What changed",
  nothing: "Nothing yet: every attention is the Transformer’s own. Click a cell on the switchboard.",
  trained: {
    nets: "The nets were trained on in their places; the rest is the Transformer’s.",
    all: "All weights were trained on, the nets first.",
    scratch: "All weights were trained from the first, without a teacher.",
  } satisfies Record<Trained, string>,
  layers: (site: string, first: number, last: number) =>
    first === last ? `${site}, layer ${first}` : `${site}, layers ${first}–${last}`,
  becomes: (gone: string, filling: string) => `${gone} → ${filling}`,
  parameters: "Parameters",
  removed: "gone from the Transformer",
  added: "put in",
  ratio: (times: string) => `(${times} times)`,
  speed: "ms, this sentence",
  bleu: "BLEU (held-out)",
  scoreIt: "Score it",
  scoreSentences: (sentences: string, time: string | null) => `Score ${sentences} sentences${time ? `, ${time}` : ""}`,
  notScored: "not scored yet",
  asRecorded: "as recorded",
  link: "Copy link",
  linkCopied: "Link copied",
};

export const board = {
  title: "Switchboard",
  hint: "Click a cell: what the brush holds takes the place of its attention. Again restores it.",
  undo: "Undo",
  brush: "Brush: what a click puts in",
  size: "Size",
  sameAs: (size: string, smaller: string) => `${size}: same as ${smaller}.`,
  best: "Best net",
  bestIs: "Best net: of those this model has at a cell, the one with the highest BLEU.",
  attention: "Attention",
  attentionLetter: "A",
  methods: { alr: "ALR", alrr: "ALRR", aslr: "ASLR", elr: "ELR", awr: "AWR" } satisfies Record<Method, string>,
  ours: (method: string) => `${method} (ours)`,
  transformer: "Transformer",
  variants: { perquery: "per query", gated: "gated", prefix: "on prefixes", deep2: "2 hidden layers", deep3: "3 hidden layers" } satisfies Record<Variant, string>,
  variantIs: {
    perquery: "a query by itself with the source, and not all queries at once",
    gated: "per query, its hidden layer times a layer of the query",
    prefix: "the authors’ net, fitted on targets that are cut at random, as decoding sees them",
    deep2: "one more hidden layer than the paper’s nets",
    deep3: "two more hidden layers than the paper’s nets",
  } satisfies Record<Variant, string>,
  plain: "as in the paper",
  more: (variant: string | null) => (variant ? `More: ${variant}` : "More"),
  variant: "Variant",
  variantNote: (name: string, is: string) => `${name}: ${is}. Ours, not the paper’s.`,
  trainings: { nets: "nets trained on", all: "all weights trained on", scratch: "trained from scratch" } satisfies Record<Trained, string>,
  whole: "Trained as a whole",
  wholeNot: "no",
  wholeWords: { nets: "nets", all: "all weights", scratch: "from scratch" } satisfies Record<Trained, string>,
  /** Of the brush: whose what is. */
  kin: { trained: "Trained", teacher: "Teacher’s", paper: "Paper’s", ours: "Ours", controls: "Controls" },
  controls: { none: "Nothing", uniform: "Uniform", mean: "Mean" } as Record<string, string>,
  attentions: { enc: "encoder self-attention", self: "decoder self-attention", cross: "cross-attention" } satisfies Record<Site, string>,
  /** What a net takes the place of, as a phrase and in a word or three. */
  takes: {
    alr: "queries, keys, values and softmax, all heads at once",
    alrr: "norm, attention, output projection and residual",
    aslr: "queries, keys, values and softmax, a net for each head",
    elr: "the whole encoder layer",
    awr: "queries, keys and softmax; the values stay",
  } satisfies Record<Method, string>,
  gone: { alr: "attention", alrr: "attention and residual", aslr: "attention", elr: "whole layer", awr: "attention weights" } satisfies Record<Method, string>,
  inPlaceOf: (method: string, takes: string) => `${method}: in place of ${takes}.`,
  wholeLayer: "whole layer",
  spanning: (net: string) => `${net}, the whole layer`,
  notBuiltHere: (method: string, attention: string, instead: string[]) =>
    `${method} is not built for ${attention}; ${list(instead)} ${plural(instead.length, "is", "are")}.`,
  encoderOnly: (method: string, papers: string[], ours: string[]) =>
    `${method} stands in the encoder. Decoder sites take ${list(papers)} only, as in the paper’s code, and ${list(ours)}.`,
  aboutOurs: "AWR, attention-weights replacement, is ours, not the paper’s.",
  inTraining: (net: string, part: string) => `${net} is in training: ${part}.`,
  watchIt: "Click to watch it.",
  notTrained: (net: string) => `${net} is not trained. Click to train it.`,
  hatched: "Hatched: not trained. Click to see its cost.",
  wholeRow: (layer: number) => `All of layer ${layer}`,
  wholeColumn: (site: string) => `All layers, ${site}`,
  cell: (site: string, layer: number, filling: string) => `${site}, layer ${layer}: ${filling}`,
  costing: (cell: string, parameters: string) => `${cell}, ${parameters} parameters`,
  presets: "Presets",
  presetNames: {
    teacher: "Teacher",
    "no-encoder": "No encoder attention",
    "no-self": "No decoder self-attention",
    "no-cross": "No cross-attention",
    "no-attention": "No attention at all",
  } satisfies Record<BoardPreset, string>,
  keys: "Keys in the grid: arrows, Space puts the brush in, A attention, 1–5 size, Ctrl+Z undo, Esc leaves.",
  grid: "Switchboard: what stands at each attention",
};

export const links = {
  version: (version: number) => `This link needs recipe version ${version}; this page knows up to 1.`,
  reload: "Reload for an update",
  copyInstead: "Copying needs https or localhost: the address bar has the link.",
  damaged: "This link is incomplete: its check sum does not fit.",
  tooLong: "This link is longer than any recipe.",
  unreadable(error: LinkError): string {
    if (error.kind === "version") return this.version(error.version);
    return error.kind === "damaged" ? this.damaged : this.tooLong;
  },
  refused: (message: string) => `This link’s recipe cannot be used: ${message}.`,
  goOn: "Go on without it",
  details: (text: string, link: string) => `${text}\nLink: ${link}`,
  mix: (mix: string) => `This link’s mix cannot be used here: ${mix}.`,
};

export { fate } from "./strings/fate.ts";
