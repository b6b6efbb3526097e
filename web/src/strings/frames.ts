/** What the embedded view and the tour say. */

export const embed = {
  copy: "Copy embed code",
  copied: "Embed code copied",
  own: "Open the whole page",
};

export const tour = {
  begin: (steps: number) => `Tour: ${steps} steps`,
  goOn: (step: number, steps: number) => `Go on with the tour: ${step} of ${steps}`,
  again: "Tour",
  step: (step: number, steps: number) => `Step ${step} of ${steps}`,
  back: "Back",
  next: "Next",
  done: "Done",
  close: "End the tour",
  keys: "Arrow keys: step back and forth. Esc ends the tour.",
  steps: {
    source: {
      title: "A sentence and its translations",
      text: "Type a short sentence, or take an example. The Transformer and your mix translate it at once, in this browser. What the mix says otherwise is underlined or struck.",
    },
    board: {
      title: "Take attention away",
      text: "Each cell is one attention of the Transformer. Choose what goes in with the brush, then click a cell: Nothing leaves a hole, ALR puts a small feed-forward net there.",
    },
    panes: {
      title: "See what it costs",
      text: "Take all of the encoder’s attention away with Nothing, then put ALR there instead. How many words change each time?",
    },
    changes: {
      title: "Count",
      text: "What is gone and what is put in, in parameters, and the BLEU score of this mix on sentences that training never saw. One sentence is an anecdote; the score is over hundreds.",
    },
    lens: {
      title: "Look inside",
      text: "The lens shows which words an output hangs on: the attention’s weights, and how strongly attention and net answer to each word. Does the net look at the same words?",
    },
    train: {
      title: "Train your own",
      text: "The smallest recipe takes seconds: a Transformer of your own, and nets that learn to do what its attention does.",
    },
  },
};
