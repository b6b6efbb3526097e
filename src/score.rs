//! How good translations are: a row of figures for each mix.

use crate::{
    corpus::Pair,
    metrics::{self, AuthorsBleu, Bleu, Chrf, Interval, MetricsError, Statistic, Verdict, statistics},
    model::{
        mix::{Filling, Mix},
        net::ShallowNet,
        sites::Site,
        transformer::Sizes,
    },
    recipe::Recipe,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The scores of one mix. BLEU and chrF on a scale of 0 to 100.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub mix: String,
    /// BLEU as sacreBLEU counts it, with the limits of its 95 % interval.
    pub bleu: f64,
    pub bleu_low: f64,
    pub bleu_high: f64,
    /// nltk's BLEU in the authors' convention.
    pub bleu_authors: f64,
    pub chrf: f64,
    /// Of the whole model, nets in place.
    pub parameters: usize,
    /// Decoded in batches.
    pub ms_per_sentence: f64,
    /// How well each net fits, by `site.layer` with layers from 1.
    pub r2: BTreeMap<String, f64>,
    /// To the teacher, on the same sentences; none for the teacher itself and where it was not scored.
    pub difference: Option<Difference>,
    pub sentences: usize,
    pub beam: usize,
}

/// A paired difference of BLEU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub bleu: f64,
    pub low: f64,
    pub high: f64,
    pub verdict: Verdict,
}

/// Seconds of work by stage, over all sittings of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seconds {
    pub teacher: f64,
    pub distil: f64,
    pub eval: f64,
}

/// What `run` and `eval` print.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub corpus: String,
    pub direction: String,
    pub split: String,
    pub sentences: usize,
    /// The recipe's hash.
    pub recipe: String,
    pub signature: String,
    pub rows: Vec<Row>,
    pub seconds: Seconds,
}

/// What one mix made of the sentences.
#[derive(Clone, Debug)]
pub struct Translated {
    pub mix: Mix,
    pub hypotheses: Vec<String>,
    pub seconds: f64,
    pub r2: BTreeMap<String, f64>,
}

/// The row of a mix. `teacher` holds the teacher's own translations, where there are any.
pub fn row(
    translated: &Translated,
    pairs: &[Pair],
    teacher: Option<&[String]>,
    recipe: &Recipe,
    vocab: usize,
) -> Result<Row, MetricsError> {
    let references = pairs.iter().map(|pair| pair.target.as_str()).collect::<Vec<_>>();
    let (resamples, seed) = (recipe.score.resamples, recipe.seed);
    let bleu = statistics::<Bleu>(&translated.hypotheses, &references)?;
    let interval = metrics::interval(&bleu, resamples, seed);
    let baseline = teacher.filter(|_| translated.mix != Mix::teacher());
    let difference = baseline.map(|teacher| {
        let compared = metrics::compare(&bleu, &statistics::<Bleu>(teacher, &references)?, resamples, seed)?;
        let (bleu, Interval { low, high }, verdict) = (compared.difference, compared.interval, compared.verdict);
        Ok(Difference { bleu, low, high, verdict })
    });
    let authors = statistics::<AuthorsBleu>(&translated.hypotheses, &references)?;
    let chrf = statistics::<Chrf>(&translated.hypotheses, &references)?;
    Ok(Row {
        mix: translated.mix.to_string(),
        bleu: Bleu::sum(&bleu).score(),
        bleu_low: interval.low,
        bleu_high: interval.high,
        bleu_authors: AuthorsBleu::sum(&authors).score(),
        chrf: Chrf::sum(&chrf).score(),
        parameters: parameters(&translated.mix, &recipe.sizes(vocab)),
        ms_per_sentence: 1e3 * translated.seconds / pairs.len().max(1) as f64,
        r2: translated.r2.clone(),
        difference: difference.transpose()?,
        sentences: pairs.len(),
        beam: recipe.score.beam,
    })
}

/// The parameters of a model with a mix in place: a net takes the place of queries, keys and values; the controls need
/// none of them, but for `uniform`, which needs the values, and `mean`, which is a vector.
pub fn parameters(mix: &Mix, sizes: &Sizes) -> usize {
    let (attention, width) = (sizes.attention_parameters(), sizes.max_len * sizes.d_model);
    let places = Site::ALL.into_iter().flat_map(|site| (0..sizes.layers).map(move |layer| mix.at(site, layer)));
    let held = |filling| match filling {
        Filling::Attention => attention,
        Filling::None => 0,
        Filling::Uniform => attention / 3,
        Filling::Mean => sizes.d_model,
        Filling::Net(kind) => ShallowNet::parameters(width, kind.size.hidden(width)),
    };
    sizes.parameters() - 3 * sizes.layers * attention + places.map(held).sum::<usize>()
}
