//! Which recipes no run can have.

use super::{CLIP, Layers, ModelPart, RATE_DROPS, Recipe, RecipeError, VERSION};

/// A training that diverges so often does not want a lower rate but another one from the start.
const MOST_DROPS: usize = 32;

impl Recipe {
    /// Refuses values that no run can have.
    pub(super) fn check(&self) -> Result<(), RecipeError> {
        let ModelPart { layers, d_model, heads, ff, max_len, dropout } = self.model;
        let within = |field, found: usize, least: usize, most: usize| match (least..=most).contains(&found) {
            true => Ok(()),
            false if least == most => Err(value(field, found, format!("expected {least}"))),
            false => Err(value(field, found, format!("expected {least} to {most}"))),
        };
        within("version", self.version as usize, 1, VERSION as usize)?;
        within("corpus.pairs", self.corpus.pairs, 1, 10_000_000)?;
        within("corpus.max_chars", self.corpus.max_chars, 1, 100_000)?;
        within("tokenizer.vocab", self.tokenizer.vocab, 5, 100_000)?;
        within("model.layers", layers, 1, 64)?;
        within("model.d_model", d_model, 2, 4096)?;
        within("model.heads", heads, 1, 256)?;
        within("model.ff", ff, 1, 65_536)?;
        within("model.max_len", max_len, 2, 2048)?;
        within("teacher.epochs", self.teacher.epochs as usize, 1, 10_000)?;
        within("teacher.accumulate", self.teacher.accumulate, 1, 1000)?;
        within("teacher.tokens_per_batch", self.teacher.tokens_per_batch, max_len, 10_000_000)?;
        within("teacher.warmup", self.teacher.warmup as usize, 1, 10_000_000)?;
        within("distil.epochs", self.distil.epochs as usize, 1, 10_000)?;
        within("distil.batch", self.distil.batch, 1, 100_000)?;
        within("finetune.epochs", self.finetune.epochs as usize, 1, 10_000)?;
        within("score.sentences", self.score.sentences, 1, 10_000_000)?;
        within("score.beam", self.score.beam, 1, 64)?;
        within("score.resamples", self.score.resamples, 1, 1_000_000)?;
        if d_model % heads != 0 {
            let nearest = (1..=heads).rev().find(|heads| d_model % heads == 0).unwrap_or(1);
            let expected = format!("it has to divide model.d_model, {d_model}; the nearest that does is {nearest}");
            return Err(value("model.heads", heads, expected));
        }
        fraction("model.dropout", dropout)?;
        fraction("teacher.label_smoothing", self.teacher.label_smoothing)?;
        positive("teacher.rate", self.teacher.rate)?;
        positive("distil.rate", self.distil.rate)?;
        positive("finetune.rate", self.finetune.rate)?;
        self.teacher.clip.map_or(Ok(()), |clip| positive(CLIP, clip.into()))?;
        self.check_drops()?;
        weight("finetune.cross_entropy", self.finetune.cross_entropy)?;
        weight("finetune.hidden", self.finetune.hidden)?;
        self.check_nets()
    }

    fn check_drops(&self) -> Result<(), RecipeError> {
        let drops = &self.teacher.rate_drops;
        if drops.len() > MOST_DROPS {
            return Err(value(RATE_DROPS, drops.len(), format!("expected {MOST_DROPS} of them at most")));
        }
        if let Some(drop) = drops.iter().find(|drop| !(drop.factor > 0.0 && drop.factor < 1.0)) {
            return Err(value(RATE_DROPS, drop.factor, "expected factors above 0 and below 1".into()));
        }
        match drops.windows(2).find(|pair| pair[0].after > pair[1].after) {
            Some(pair) => Err(value(RATE_DROPS, pair[1].after, format!("after {}: put them in order", pair[0].after))),
            None => Ok(()),
        }
    }

    fn check_nets(&self) -> Result<(), RecipeError> {
        let layers = self.model.layers;
        for net in &self.nets {
            if let Layers::These(chosen) = &net.layers
                && let Some(layer) = chosen.iter().find(|&&layer| layer < 1 || layer > layers)
            {
                let expected = format!("the model's layers are 1 to {layers}, or \"all\"");
                return Err(value("nets.layers", layer, expected));
            }
            if !net.kind().stands_at(net.site) {
                let expected = format!("where {} is asked for, {}", net.kind(), net.kind().places());
                return Err(value("nets.site", net.site.code(), expected));
            }
        }
        Ok(self.mixes().iter().try_for_each(|mix| mix.check(layers))?)
    }
}

fn value(field: &'static str, found: impl ToString, expected: String) -> RecipeError {
    RecipeError::Value { field, found: found.to_string(), expected }
}

fn fraction(field: &'static str, found: f32) -> Result<(), RecipeError> {
    match (0.0..1.0).contains(&found) {
        true => Ok(()),
        false => Err(value(field, found, "expected at least 0 and below 1".into())),
    }
}

fn weight(field: &'static str, found: f32) -> Result<(), RecipeError> {
    match (0.0..=1e6).contains(&found) {
        true => Ok(()),
        false => Err(value(field, found, "expected at least 0 and at most a million".into())),
    }
}

fn positive(field: &'static str, found: f64) -> Result<(), RecipeError> {
    match found > 0.0 && found.is_finite() {
        true => Ok(()),
        false => Err(value(field, found, "expected a positive number".into())),
    }
}
