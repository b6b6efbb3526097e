//! The scores' part of a session: the test split translated by each mix, a row for each.

use super::{
    Event, Files, Goal, Session, SessionError, Stage, files,
    nets::{FIT, fit_of},
    translate::With,
    tuned::Mixed,
};
use crate::{
    batching::Example,
    capture::{Averaging, Means},
    corpus::{self, Pair, Spec},
    decode::decode,
    device::Opened,
    distil::Fit,
    metrics::{Bleu, Statistic},
    model::{
        fillings::{Fillings, Standing},
        mix::{Filling, Mix, Trained},
        nets::Net,
        sites::{NetId, places},
        transformer::Transformer,
    },
    recipe::Recipe,
    score::{Laps, Report, Row, Seconds, Translated, row},
    store::Store,
    text::Split,
    tokenizer::Tokenizer,
};
use burn::tensor::{Device, Tensor, TensorData};
use std::{collections::BTreeMap, time::Duration};
use web_time::Instant;

/// Sentences that are decoded together.
const BATCH: usize = 64;

/// One mix being scored.
pub(super) struct Scoring {
    mix: Mix,
    mixed: Mixed,
    r2: BTreeMap<String, f64>,
    batches: Vec<Vec<usize>>,
    done: usize,
    hypotheses: Vec<String>,
    laps: Laps,
}

impl Scoring {
    fn new(
        mix: Mix,
        files: &Files,
        (teacher, recipe, device): (&Transformer, &Recipe, &Device),
        examples: &[Example],
    ) -> Result<Self, SessionError> {
        let means = if mix.holds(Filling::Mean) { files.means()? } else { None };
        let net = |id| Ok(files.net(id, recipe, device)?.0);
        let mixed = files.mixed(&mix, (teacher, recipe, device), means.as_ref(), net)?;
        let mut r2 = BTreeMap::new();
        // Nets that were trained on with the whole do not say what attention said.
        let fitted = if mix.how_trained().is_none() { mix.nets(recipe.model.layers) } else { Vec::new() };
        for id in fitted {
            r2.insert(format!("{}.{}", id.site.code(), id.layer + 1), files.net(id, recipe, device)?.1.r2);
        }
        let mut order = (0..examples.len()).collect::<Vec<_>>();
        order.sort_by_key(|&index| examples[index].0.len());
        let batches = order.chunks(BATCH).map(<[usize]>::to_vec).collect();
        let hypotheses = vec![String::new(); examples.len()];
        Ok(Self { mix, mixed, r2, batches, done: 0, hypotheses, laps: Laps::default() })
    }

    /// Translates the next batch; after the last one, times the next sentence by itself.
    async fn step(&mut self, with: &With<'_>, examples: &[Example]) -> Result<(), SessionError> {
        let Mixed { model, fillings } = &self.mixed;
        if let Some(batch) = self.batches.get(self.done) {
            let sources = batch.iter().map(|&index| &examples[index].0).collect::<Vec<_>>();
            let found = decode(model, fillings, &sources, with.search, with.device).await?;
            for (&index, ids) in batch.iter().zip(found) {
                self.hypotheses[index] = with.tokenizer.decode(&ids);
            }
            self.done += 1;
        } else if let Some(place) = self.laps.next(self.hypotheses.len()) {
            // By length, so that those that are timed are as long as all are.
            let source = &examples[self.batches[place / BATCH][place % BATCH]].0;
            let begun = Instant::now();
            decode(model, fillings, &[source], with.search, with.device).await?;
            self.laps.add(begun.elapsed().as_secs_f64());
        }
        Ok(())
    }

    fn finished(&self) -> bool {
        self.done == self.batches.len() && self.laps.next(self.hypotheses.len()).is_none()
    }

    fn into_translated(self) -> Translated {
        let Self { mix, hypotheses, laps, r2, .. } = self;
        Translated { mix, hypotheses, laps, r2 }
    }
}

impl Session {
    /// Finds a mix that has no row yet, or the means that it needs.
    pub(super) fn open_scores(&mut self) -> Result<Vec<Event>, SessionError> {
        let sentences = self.test_pairs()?.len();
        let rows = self.files.rows()?;
        let open = |mix: &&Mix| {
            let name = mix.to_string();
            let same = |row: &Row| row.mix == name && row.sentences == sentences && row.beam == self.recipe.score.beam;
            !rows.iter().any(same)
        };
        let Some(mix) = self.mixes.iter().find(open).cloned() else {
            self.advance(Goal::Scores, Stage::Done);
            return Ok(Vec::new());
        };
        if mix.holds(Filling::Mean) && self.files.means()?.is_none() {
            let teacher = self.teacher.clone().ok_or(SessionError::NoTeacher)?;
            let averaging = Averaging::new(teacher, &self.text()?.train.examples, &self.opened.device);
            self.stage = Stage::Averaging(averaging);
            return Ok(Vec::new());
        }
        let text = self.text()?;
        let examples = &text.test.examples[..sentences];
        let teacher = self.teacher.as_ref().ok_or(SessionError::NoTeacher)?;
        let scoring = Scoring::new(mix, &self.files, (teacher, &self.recipe, &self.opened.device), examples)?;
        self.stage = Stage::Scoring(Box::new(scoring));
        Ok(Vec::new())
    }

    /// Batches of training pairs until the budget is used up; after the last one, the means are kept.
    pub(super) async fn average(
        &mut self,
        mut averaging: Averaging,
        begun: Instant,
        budget: Duration,
    ) -> Result<Vec<Event>, SessionError> {
        let text = self.text()?;
        let means = loop {
            let means = averaging.step(&text.train.examples).await?;
            if means.is_some() || begun.elapsed() >= budget {
                break means;
            }
        };
        self.opened.check()?;
        self.seconds.eval += begun.elapsed().as_secs_f64();
        self.stage = match means {
            Some(means) => {
                self.files.write_means(&means)?;
                Stage::Scores
            }
            None => Stage::Averaging(averaging),
        };
        Ok(Vec::new())
    }

    /// Batches of translations until the budget is used up.
    pub(super) async fn score(
        &mut self,
        mut scoring: Box<Scoring>,
        begun: Instant,
        budget: Duration,
    ) -> Result<Vec<Event>, SessionError> {
        let (text, pairs) = (self.text()?, self.test_pairs()?);
        let with = With::new(&text.tokenizer, &self.recipe, &self.opened.device);
        loop {
            scoring.step(&with, &text.test.examples).await?;
            if scoring.finished() || begun.elapsed() >= budget {
                break;
            }
        }
        self.opened.check()?;
        self.seconds.eval += begun.elapsed().as_secs_f64();
        let sentences = scoring.batches[..scoring.done].iter().map(Vec::len).sum();
        let mut events = vec![Event::Scoring { mix: scoring.mix.to_string(), sentences, total: pairs.len() }];
        if !scoring.finished() {
            self.stage = Stage::Scoring(scoring);
            return Ok(events);
        }
        let translated = scoring.into_translated();
        self.files.write_outputs(&translated)?;
        let teacher = self.files.outputs(&Mix::teacher())?.filter(|lines| lines.len() == pairs.len());
        let row = row(
            &translated,
            &pairs,
            teacher.as_deref(),
            &self.recipe,
            (text.tokenizer.vocab_size(), &self.opened.name),
        )?;
        let mut rows = self.files.rows()?;
        rows.retain(|old| old.mix != row.mix);
        rows.push(row.clone());
        self.files.write_rows(&rows)?;
        events.push(Event::Scored(row));
        self.stage = Stage::Scores;
        Ok(events)
    }

    /// The pairs that are scored: the first of the test split.
    fn test_pairs(&self) -> Result<Vec<Pair>, SessionError> {
        let text = self.text()?;
        Ok(text.test.pairs.iter().take(self.recipe.score.sentences).cloned().collect())
    }

    /// How well each net of the recipe's mixes fits, by `site.layer` with layers from 1. One that is trained from scratch was never
    /// fitted to a teacher.
    pub fn fits(&self) -> Result<BTreeMap<String, Fit>, SessionError> {
        let mut fits = BTreeMap::new();
        let fitted = self.mixes.iter().filter(|mix| mix.how_trained() != Some(Trained::Scratch));
        for id in fitted.flat_map(|mix| mix.nets(self.recipe.model.layers)) {
            let name = files::net(id);
            let checkpoint = self.files.weights(&name, &self.recipe)?.ok_or_else(|| SessionError::no_net(id))?;
            let fit = fit_of(checkpoint.metadata.get(FIT)).ok_or(SessionError::Damaged(name))?;
            fits.insert(format!("{}.{}", id.site.code(), id.layer + 1), fit);
        }
        Ok(fits)
    }

    /// What `run` prints: a row for each of the recipe's mixes that is scored.
    pub fn report(&self) -> Result<Report, SessionError> {
        let rows = self.files.rows()?;
        let row = |mix: &Mix| rows.iter().find(|row| row.mix == mix.to_string()).cloned();
        Ok(Report {
            corpus: self.recipe.corpus.source.to_string(),
            direction: self.recipe.pair.to_string(),
            split: "test".into(),
            sentences: self.test_pairs()?.len(),
            recipe: self.recipe.hash(),
            signature: Bleu::signature(),
            rows: self.mixes.iter().filter_map(row).collect(),
            seconds: self.seconds,
        })
    }
}

/// Scores these mixes on other sentences than the run's own. Nothing is written.
pub async fn eval_on(
    recipe: &Recipe,
    mixes: &[Mix],
    store: Box<dyn Store>,
    opened: &Opened,
    spec: &Spec,
) -> Result<Report, SessionError> {
    let files = Files(store);
    let (tokenizer, teacher) = files.trained(recipe, &opened.device)?;
    let pairs = corpus::whole(spec, &|file| files.0.source(file))?;
    let split = Split::new(pairs, &tokenizer, recipe.model.max_len);
    if split.examples.is_empty() {
        let Split { too_long: dropped, longest, .. } = split;
        let (part, max_len) = ("given", recipe.model.max_len);
        return Err(crate::text::TextError::NothingFits { part, max_len, dropped, longest }.into());
    }
    let with = With::new(&tokenizer, recipe, &opened.device);
    let (mut rows, mut baseline, begun) = (Vec::new(), None, Instant::now());
    for mix in mixes {
        let model = (&teacher, recipe, &opened.device);
        let mut scoring = Scoring::new(mix.clone(), &files, model, &split.examples)?;
        while !scoring.finished() {
            scoring.step(&with, &split.examples).await?;
        }
        opened.check()?;
        let translated = scoring.into_translated();
        rows.push(row(&translated, &split.pairs, baseline.as_deref(), recipe, (tokenizer.vocab_size(), &opened.name))?);
        if *mix == Mix::teacher() {
            baseline = Some(translated.hypotheses);
        }
    }
    Ok(Report {
        corpus: spec.source.to_string(),
        direction: recipe.pair.to_string(),
        split: "all".into(),
        sentences: split.pairs.len(),
        recipe: recipe.hash(),
        signature: Bleu::signature(),
        rows,
        seconds: Seconds { eval: begun.elapsed().as_secs_f64(), ..Default::default() },
    })
}

impl Files {
    /// The tokenizer and the trained teacher.
    pub(super) fn trained(&self, recipe: &Recipe, device: &Device) -> Result<(Tokenizer, Transformer), SessionError> {
        let tokenizer = self.tokenizer()?.ok_or(SessionError::NoTeacher)?;
        let teacher = self.trained_teacher(recipe, &tokenizer, device)?.ok_or(SessionError::NoTeacher)?;
        Ok((tokenizer, teacher))
    }

    /// What stands where in a mix, with these nets and means.
    pub(super) fn fillings_with(
        &self,
        mix: &Mix,
        recipe: &Recipe,
        device: &Device,
        means: Option<&Means>,
        net: impl Fn(NetId) -> Result<Net, SessionError>,
    ) -> Result<Fillings, SessionError> {
        let mean = |place| {
            let values = means.and_then(|means| means.get(&place)).cloned().ok_or(SessionError::NoMeans)?;
            let count = values.len();
            Ok::<_, SessionError>(Standing::Mean(Tensor::from_data(TensorData::new(values, [count]), device)))
        };
        let mut fillings = Fillings::default();
        for (site, layer) in places(recipe.model.layers) {
            let standing = match mix.at(site, layer) {
                Filling::Attention => continue,
                Filling::None => Standing::Zero,
                Filling::Uniform => Standing::Uniform,
                Filling::Mean => mean((site, layer))?,
                Filling::Net(kind) => Standing::Net(kind.method.region(), net(NetId { site, layer, kind })?),
            };
            fillings.0.insert((site, layer), standing);
        }
        Ok(fillings)
    }

    /// The translations of a mix, a line a sentence.
    fn outputs(&self, mix: &Mix) -> Result<Option<Vec<String>>, SessionError> {
        let bytes = self.0.read(&files::output(mix))?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).lines().map(str::to_string).collect()))
    }

    fn write_outputs(&self, translated: &Translated) -> Result<(), SessionError> {
        let text = translated.hypotheses.iter().map(|line| format!("{line}\n")).collect::<String>();
        Ok(self.0.write(&files::output(&translated.mix), text.as_bytes())?)
    }
}
