/** How it works, in words. */
import type { Method } from "../lib/mix.ts";

export const how = {
  title: "How it works",
  in: "words of the sentence",
  out: "what each word takes from the others",
  attentionFigure: "Attention: every word is joined to every other, by lines of different weight.",
  netFigure: "ALR: all words at once go through one narrow layer and come out again.",
  weightsFigure: "AWR: all words at once go through one narrow layer, which says how much of each word’s own value every word takes.",
  attentionCaption: "Attention weighs, anew for each sentence, how much every word takes from every other.",
  netCaption: "ALR, of the paper: the whole sentence, flattened, through one hidden layer of fixed weights. It gives what attention would give.",
  weightsCaption: "AWR, ours: such a layer gives only the weights. What is weighed stays the teacher’s.",
  paragraphs: [
    "A Transformer translates with attention at three sites: the encoder’s words look at each other, the decoder’s words look back, and the decoder looks at the encoder (cross). Each layer has all three.",
    "Here a trained Transformer is the teacher. What goes into one of its attentions, or into more of a layer, and what comes out, is taken down for the training sentences. A feed-forward net with one hidden layer then learns to give the same output (distillation), and takes its place. The rest of the teacher stays as it is.",
  ],
  methodsLead: "The methods differ in what such a net takes the place of:",
  methods: {
    alr: "takes the place of queries, keys, values and softmax, all heads at once; output projection and residual stay.",
    alrr: "takes the place of more: the norm, the attention, its output projection and the residual around them.",
    aslr: "takes the place of what ALR does, with a net of its own for each head.",
    elr: "takes the place of the whole encoder layer, so that nothing of that layer is left.",
    awr: "(attention-weights replacement) is ours, not the paper’s: it takes the place of queries, keys and softmax, by predicting how much is taken from each word without comparing any two of them; the teacher’s values stay.",
  } satisfies Record<Method, string>,
  rest: [
    "ALR is built for all three sites, as the authors have it: in the decoder’s self-attention a net sees no more than the words so far; at cross-attention it reads source and target at once, and so learns with the whole target before it but translates with the words so far alone. ALRR, ASLR and ELR stand in the encoder, where the authors have them; AWR at all three. Variants of them, which a plus marks, are ours: deeper nets, and at cross-attention some that see no more than decoding does.",
    "Most nets are larger than what they replace, and all read at most a fixed number of tokens. XS to XL say how wide the hidden layer is. Whether a net has learnt anything is told by the controls, which need no training and can stand at any site: nothing at all, equal weights, or the mean output. A mix can be trained on as a whole, too; then the fair comparison is the Transformer, trained on for as long.",
    "Everything runs in this page, on your graphics card or your processor. Nothing that you type or load leaves your browser.",
  ],
  paper: "Bozic, Dordevic, Coppola, Thommes, Singh: Rethinking Attention (arXiv 2311.10642)",
};
