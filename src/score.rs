//! How good translations are: a row of figures for each mix.

use crate::{
    corpus::Pair,
    metrics::{self, AuthorsBleu, Bleu, Chrf, Interval, MetricsError, Statistic, Verdict, statistics},
    model::{
        mix::{Filling, Mix},
        nets::{Form, Net},
        sites::{Site, places},
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
    /// The median of `timed` sentences that were translated one by one; of 0, as older rows have it, all of them in batches.
    pub ms_per_sentence: f64,
    #[serde(default)]
    pub timed: usize,
    /// What it took that time on; empty in older rows.
    #[serde(default)]
    pub device: String,
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

/// Seconds of work by stage, over all sittings of a run; `eval` counts the mean outputs that a mix needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seconds {
    pub teacher: f64,
    pub distil: f64,
    #[serde(default)]
    pub finetune: f64,
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
    pub laps: Laps,
    pub r2: BTreeMap<String, f64>,
}

/// Sentences that are translated before any is timed: what a device does the first time takes longer.
const WARM_UPS: usize = 5;
const TIMED: usize = 50;

/// What single sentences take, one after another as somebody waits for them: warm-ups first, which do not count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Laps(Vec<f64>);

impl Laps {
    /// Which of so many sentences is the next; none once enough are timed. Those that are timed lie evenly among all.
    pub fn next(&self, sentences: usize) -> Option<usize> {
        let timed = TIMED.min(sentences);
        (timed > 0 && self.0.len() < WARM_UPS + timed).then(|| match self.0.len().checked_sub(WARM_UPS) {
            Some(lap) => lap * sentences / timed,
            None => self.0.len() % sentences,
        })
    }

    pub fn add(&mut self, seconds: f64) {
        self.0.push(seconds);
    }

    /// How many count, and the median of their seconds.
    pub fn median(&self) -> (usize, f64) {
        let mut timed = self.0.get(WARM_UPS..).unwrap_or_default().to_vec();
        timed.sort_by(f64::total_cmp);
        let (count, half) = (timed.len(), timed.len() / 2);
        match count {
            0 => (0, 0.0),
            _ => (count, (timed[half] + timed[(count - 1) / 2]) / 2.0),
        }
    }
}

/// The row of a mix. `teacher` holds the teacher's own translations, where there are any.
pub fn row(
    translated: &Translated,
    pairs: &[Pair],
    teacher: Option<&[String]>,
    recipe: &Recipe,
    (vocab, device): (usize, &str),
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
    let (timed, seconds) = translated.laps.median();
    Ok(Row {
        mix: translated.mix.to_string(),
        bleu: Bleu::sum(&bleu).score(),
        bleu_low: interval.low,
        bleu_high: interval.high,
        bleu_authors: AuthorsBleu::sum(&authors).score(),
        chrf: Chrf::sum(&chrf).score(),
        parameters: MixSize::of(&translated.mix, &recipe.sizes(vocab)).parameters,
        ms_per_sentence: 1e3 * seconds,
        timed,
        device: device.into(),
        r2: translated.r2.clone(),
        difference: difference.transpose()?,
        sentences: pairs.len(),
        beam: recipe.score.beam,
    })
}

/// What a mix changes in the size of a model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MixSize {
    pub mix: String,
    /// Of the whole model with the mix in place.
    pub parameters: usize,
    pub teacher_parameters: usize,
    /// What is gone of the teacher: queries, keys and values, or more of the layer.
    pub attention_removed: usize,
    /// What stands in their place: nets, and the vectors of `mean`.
    pub nets_parameters: usize,
    /// Places of attention, and how many still have it.
    pub attentions: usize,
    pub attentions_left: usize,
}

impl MixSize {
    pub fn of(mix: &Mix, sizes: &Sizes) -> Self {
        let (mut attention_removed, mut nets_parameters, teacher_parameters) = (0, 0, sizes.parameters());
        for (site, filling) in fillings(mix, sizes) {
            let (removed, added) = exchanged(site, filling, sizes);
            attention_removed += removed;
            nets_parameters += added;
        }
        Self {
            mix: mix.to_string(),
            parameters: teacher_parameters - attention_removed + nets_parameters,
            teacher_parameters,
            attention_removed,
            nets_parameters,
            attentions: fillings(mix, sizes).count(),
            attentions_left: fillings(mix, sizes).filter(|(_, filling)| *filling == Filling::Attention).count(),
        }
    }
}

/// What stands at each place of attention.
fn fillings(mix: &Mix, sizes: &Sizes) -> impl Iterator<Item = (Site, Filling)> {
    places(sizes.layers).map(|(site, layer)| (site, mix.at(site, layer)))
}

/// The parameters of the teacher that are not needed any more, and those that take their place. The controls need none of
/// the queries, keys and values, but for `uniform`, which needs the values, as nets that predict weights do, and `mean`, which is
/// a vector.
fn exchanged(site: Site, filling: Filling, sizes: &Sizes) -> (usize, usize) {
    let attention = sizes.attention_parameters();
    match filling {
        Filling::Attention => (0, 0),
        Filling::None => (attention, 0),
        Filling::Uniform => (attention / 3 * 2, 0),
        Filling::Mean => (attention, sizes.d_model),
        Filling::Net(kind) => {
            let values = if Form::of(site, kind) == Form::Weights { attention / 3 } else { 0 };
            (sizes.region_parameters(kind.method.region()) - values, Net::parameters(site, kind, sizes))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_sentences_are_timed_once_the_device_is_warm() {
        // The seconds of each turn, by a clock that gets slower and slower after slow warm-ups.
        let timed = |sentences: usize| {
            let (mut laps, mut chosen) = (Laps::default(), Vec::new());
            while let Some(index) = laps.next(sentences) {
                laps.add(if chosen.len() < WARM_UPS { 100.0 } else { (chosen.len() - WARM_UPS) as f64 });
                chosen.push(index);
            }
            (laps.median(), chosen)
        };
        let (median, chosen) = timed(500);
        assert_eq!(median, (50, 24.5));
        assert_eq!(chosen[..WARM_UPS], [0, 1, 2, 3, 4]);
        assert_eq!(chosen[WARM_UPS..], (0..50).map(|lap| 10 * lap).collect::<Vec<_>>());
        // Fewer than are wanted: each once.
        let (median, chosen) = timed(3);
        assert_eq!((median, chosen), ((3, 1.0), vec![0, 1, 2, 0, 1, 0, 1, 2]));
        assert_eq!(timed(0).0, (0, 0.0));
    }

    #[test]
    fn what_a_mix_takes_away_and_adds() {
        let sizes = Sizes { vocab: 1800, layers: 2, d_model: 64, heads: 4, ff: 256, max_len: 18 };
        let size = |mix: &str| MixSize::of(&mix.parse().unwrap(), &sizes);
        let teacher = size("teacher");
        assert_eq!((teacher.parameters, teacher.attention_removed, teacher.nets_parameters), (581_128, 0, 0));
        assert_eq!((teacher.attentions, teacher.attentions_left), (6, 6));
        let mixed = size("enc=alr-m,self.1=uniform,cross.2=mean");
        let net = Net::parameters(Site::Encoder, "alr-m".parse().unwrap(), &sizes);
        assert_eq!(mixed.attention_removed, 2 * 12_480 + 8_320 + 12_480);
        assert_eq!(mixed.nets_parameters, 2 * net + 64);
        assert_eq!(mixed.parameters, 581_128 - mixed.attention_removed + mixed.nets_parameters);
        assert_eq!(mixed.attentions_left, 2);
        // The table of the README.
        assert_eq!(size("enc=alr-m").parameters, 1_227_496);
        assert_eq!(size("enc=uniform").parameters, 564_488);
    }
}
