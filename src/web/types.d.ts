
export type DeviceChoice = "auto" | "wgpu" | "cpu";
export type Goal = "text" | "teacher" | "nets" | "scores";
export type ErrorKind =
  | "usage" | "not-finite" | "device-lost" | "device-fault" | "out-of-memory" | "too-large" | "not-imported" | "failed";
/** What is thrown; with the step at which a loss was not finite. */
export interface AttentionlessError extends Error { name: "AttentionlessError"; kind: ErrorKind; step?: number }

export interface Adapter { name: string; software: boolean; max_buffer_bytes: number; max_binding_bytes: number }
export type Reason = "insecure" | "no-webgpu" | "no-adapter" | "software";
export interface Probe { reason: Reason | null; adapter: Adapter | null }
/** With the operation in which the adapter gave wrong numbers, if it did; `auto` then takes the CPU in its place. */
export interface DeviceInfo {
  kind: "wgpu" | "cpu"; name: string; software: boolean; wrong: string | null; largest_buffer_bytes: number | null;
}
export interface DeviceMemory { in_use: number; reserved: number }

/** A corpus for `hub:`, and about how many bytes it has. */
export interface CatalogueEntry {
  name: string; pair: string; url: string; about: string; licence: string; bytes: number;
}

export type Preset = "micro" | "tiny" | "small" | "paper";
/** A recipe as in recipes/*.json, with every field. */
export interface Recipe {
  version: number;
  seed: number;
  pair: string;
  corpus: {
    source: string; pairs: number; hash: string | null; valid: string | null; test: string | null; max_chars: number;
  };
  tokenizer: { kind: "bpe"; vocab: number };
  model: { layers: number; d_model: number; heads: number; ff: number; max_len: number; dropout: number };
  teacher: {
    epochs: number; tokens_per_batch: number; accumulate: number; warmup: number; rate: number;
    label_smoothing: number; convention: "ours" | "authors"; clip?: number; rate_drops?: { after: number; factor: number }[]; [field: string]: unknown;
  };
  nets: { site: string; layers: "all" | number[]; method: string; size: string; variant: string | null }[];
  distil: { schedule: "ours" | "authors"; inputs: "teacher" | "student"; epochs: number; batch: number; rate: number };
  finetune: {
    epochs: number; what: "nets" | "all" | "scratch"; rate: number; mix: string | null; cross_entropy: number; hidden: number;
  };
  score: { mixes: string[]; sentences: number; beam: number; resamples: number };
}
export interface CheckedRecipe { recipe: Recipe; canonical: string; hash: string }

export interface NetPlan {
  net: string; site: string; method: string; size: string; variant?: string; hidden: number;
  /** Of one head's net where each head has its own; then those of all heads stand beside it. */
  parameters: number; parameters_all_heads?: number;
  /** Of the parameters with their gradients and the moments of Adam; what a batch takes comes on top. */
  training_bytes: number; activation_bytes: number; largest_buffer_bytes: number;
}
export interface Plan {
  recipe: string;
  teacher: {
    parameters: number; attention_parameters: number;
    training_bytes: number; activation_bytes: number; largest_buffer_bytes: number;
  };
  nets: NetPlan[];
  largest_buffer_bytes: number;
  seconds: { gflops: number; teacher: number; nets: number } | null;
}
export interface SentenceScore { bleu: number; chrf: number }
/** With the limits of BLEU's 95 % interval. */
export interface CorpusScore { bleu: number; bleu_low: number; bleu_high: number; chrf: number; signature: string }

export interface FileEntry { name: string; bytes: Uint8Array }
/** A file that was written, or removed where there are no bytes. */
export interface Change { name: string; bytes: Uint8Array | null }

export interface Seconds { teacher: number; distil: number; finetune: number; eval: number }
export type Verdict = "higher" | "lower" | "not distinguishable";
export interface Row {
  mix: string; bleu: number; bleu_low: number; bleu_high: number; bleu_authors: number; chrf: number;
  parameters: number; r2: Record<string, number>;
  /** The median of `timed` sentences, translated one by one on `device`. Older rows lack both: there it is of batches. */
  ms_per_sentence: number; timed?: number; device?: string;
  difference: { bleu: number; low: number; high: number; verdict: Verdict } | null;
  sentences: number; beam: number;
}
export interface Report {
  corpus: string; direction: string; split: string; sentences: number; recipe: string; signature: string;
  rows: Row[]; seconds: Seconds;
}
export interface CorpusReport {
  corpus: string; direction: string; read: number; kept: number; train: number; valid: number; test: number;
  dropped: { reason: string; count: number; example: string }[];
  [field: string]: unknown;
}
export type RunEvent =
  | { event: "corpus"; hash: string; report: CorpusReport }
  | {
      event: "text"; vocab: number; vocab_hash: string; train: number; valid: number; test: number; too_long: number;
      /** The `model.max_len` at which none is too long. */
      longest: number;
      source_tokens: number; target_tokens: number;
    }
  | { event: "resumed"; stage: "teacher" | "nets" | "tuned"; step: number; total: number }
  | { event: "training"; step: number; total: number; loss: number; rate: number; tokens_per_second: number }
  | { event: "validated"; epoch: number; epochs: number; loss: number; best: boolean }
  | {
      event: "distilling"; step: number; total: number; losses: { net: string; loss: number }[];
      sentences_per_second: number;
    }
  | { event: "fitted"; net: string; parameters: number; fit: { mse: number; r2: number } }
  | { event: "tuning"; mix: string; step: number; total: number; loss: number; tokens_per_second: number }
  | { event: "tuned"; mix: string }
  | { event: "scoring"; mix: string; sentences: number; total: number }
  | ({ event: "scored" } & Row)
  | { event: "done"; seconds: Seconds };

export interface Translation { text: string; tokens: number; unread: number; max_len: number; ms: number }
export type Site = "enc" | "self" | "cross";
/**
 * One attention while the Transformer translates a sentence. Every list of numbers has a row of inputs for each output, one
 * row behind another.
 */
export interface Lens {
  /** Tokens with `▁` for a space before them; in the decoder those that are about to be said. */
  outputs: string[];
  /** Tokens; at the decoder's self-attention those that were read so far. */
  inputs: string[];
  /** The weights of each head of the Transformer's attention; a row adds up to 1. */
  heads: number[][];
  /** Frobenius norms of `d output_i / d input_j` of what the mix's net takes the place of, in the Transformer. */
  teacher: number[];
  /** The same of what stands there in the mix; null where it is the Transformer's own attention. */
  mix: number[] | null;
}
export interface MixSize {
  mix: string; parameters: number; teacher_parameters: number; attention_removed: number; nets_parameters: number;
  attentions: number; attentions_left: number;
}
export interface HeldOut { source: string; reference: string }

export interface BenchRow {
  work: string; who: string; ms: number; gflops: number; gb_per_s: number; percent: number; loss: number | null;
}
/** Products and sums in registers; a copy, reads and writes together. */
export interface Ceilings { gflops: number; gb_per_s: number }
export interface BenchReport { adapter: string; ceilings: Ceilings; rows: BenchRow[] }
/** A piece of work with its operations and bytes, at least. */
export interface BenchWork { work: string; operations: number; bytes: number }
export interface CheckedOperation { operation: string; right: boolean }
