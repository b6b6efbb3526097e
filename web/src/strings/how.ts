/** How it works, in words. */
import type { Method } from "../lib/mix.ts";

export const how = {
  title: "How it works",
  in: "words of the sentence",
  out: "what each word takes from the others",
  attentionFigure: "Attention: every word is joined to every other, by lines of different weight.",
  ownFigure: (text: string, most: string[]) => `Attention in the encoder’s first layer, mean of its heads, of: ${text} ${most.join(", ")}.`,
  takesMost: (word: string, from: string) => `${word} takes most from ${from}`,
  netFigure: "ALR: all words at once go through one narrow layer and come out again.",
  weightsFigure: "AWR: all words at once go through one narrow layer, which says how much of each word’s own value every word takes.",
  attentionCaption: "Attention weighs, anew for each sentence, how much every word takes from every other.",
  ownCaption: "Here: your sentence in the encoder’s first layer. The thicker a line, the more is taken.",
  netCaption: "ALR, of the paper: the whole sentence, flattened, through one hidden layer of fixed weights. It gives what attention would give.",
  weightsCaption: "AWR, ours: such a layer gives only the weights. What is weighed stays the teacher’s.",
  paragraphs: [
    "A Transformer translates with attention at three sites: the encoder’s words look at each other, the decoder’s words look back, and the decoder looks at the encoder (cross). Each layer has all three.",
    "Here a trained Transformer is the teacher. What goes into one of its attentions, or into more of a layer, and what comes out is taken down for the training sentences. A feed-forward net with one hidden layer learns to give the same (distillation) and takes its place; the rest stays.",
  ],
  methodsLead: "What such a net takes the place of:",
  methods: {
    alr: "queries, keys, values and softmax, all heads at once; output projection and residual stay.",
    alrr: "the norm, the attention, its output projection and the residual around them.",
    aslr: "what ALR does, with a net of its own for each head.",
    elr: "the whole encoder layer.",
    awr: "(attention-weights replacement) is ours, not the paper’s: queries, keys and softmax. It predicts how much is taken from each word without comparing any two; the teacher’s values stay.",
  } satisfies Record<Method, string>,
  rest: [
    "As the authors have it, ALR is built for all three sites, ALRR, ASLR and ELR for the encoder alone; AWR for all three. In the decoder’s self-attention ALR sees the words so far. At cross-attention it reads source and target at once: it learns with the whole target, but translates with the words so far. Variants, which a plus marks, are ours: deeper nets, and for cross-attention some that see no more than decoding does.",
    "Most nets are larger than what they replace, and all read at most a fixed number of tokens; XS to XL say how wide the hidden layer is. Controls need no training and tell whether a net has learnt anything: nothing at all, equal weights, or the mean output. A mix that is trained on as a whole compares with the Transformer, trained on for as long.",
    "Everything runs in this page, on your graphics card or your processor. Nothing that you type or load leaves your browser.",
  ],
  keyboard: "Keyboard",
  keys: [
    "Sentences and other lists: arrows choose.",
    "Charts and maps: arrow keys move a cursor, whose values are spoken.",
  ],
  paper: "Paper",
  paperTitle: "Bozic, Dordevic, Coppola, Thommes, Singh: Rethinking Attention (arXiv 2311.10642)",
  data: "Data",
  dataTitle: "Made by this page’s grammar, from a public home, or your own: chosen in Train",
};
