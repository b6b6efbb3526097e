//! A sentence of a trained run under the [`Lens`].

use super::{Mixed, Search, SessionError, Translator, encode};
use crate::{
    capture::record,
    decode::decode,
    lens::{Lens, Pairs, region_at},
    model::{
        batch::{END, Rows, START},
        fillings::Fillings,
        mix::{Mix, MixError, Trained},
        sites::Site,
    },
    recipe::RecipeError,
};

/// What each output of one attention hangs on, in the teacher and in a mix, while the teacher translates a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Looked {
    /// Tokens; in the decoder those that are about to be said.
    pub outputs: Vec<String>,
    /// Tokens; at the decoder's self-attention those that it has read so far.
    pub inputs: Vec<String>,
    /// The weights of each head of the teacher's attention.
    pub heads: Vec<Pairs>,
    /// How strongly the teacher's outputs answer to its inputs.
    pub teacher: Pairs,
    /// The same of what stands there in the mix; none where it is the teacher's own attention.
    pub mix: Option<Pairs>,
}

impl Translator {
    /// Looks at an attention, layers from 1; nothing comes of an empty sentence. Teacher and mix are compared at the same point,
    /// the teacher's states, but for a mix with weights of its own, which are at home in no states but its own.
    pub async fn lens(&self, mix: &Mix, site: Site, layer: usize, text: &str) -> Result<Option<Looked>, SessionError> {
        let layers = self.recipe.model.layers;
        if !(1..=layers).contains(&layer) {
            let (mix, site) = (mix.to_string(), site.code());
            return Err(RecipeError::from(MixError::NoLayer { mix, site, layer, layers }).into());
        }
        let mixed = self.mixed(mix)?;
        let own = matches!(mix.how_trained(), Some(Trained::All | Trained::Scratch));
        let mut source = encode(&self.tokenizer, text);
        source.truncate(self.max_len());
        if source.is_empty() {
            return Ok(None);
        }
        let looked = self.look(&mixed, own, (site, layer - 1), &source).await;
        self.sound(looked).await.map(Some)
    }

    async fn look(
        &self,
        Mixed { model, fillings }: &Mixed,
        own: bool,
        (site, layer): (Site, usize),
        source: &[u32],
    ) -> Result<Looked, SessionError> {
        let (device, none) = (&self.opened.device, Fillings::default());
        let search = Search { beam: self.beam, max_len: self.max_len() };
        let said = decode(&self.teacher, &none, &[source], search, device).await?.remove(0);
        let mut target = [&[START], said.as_slice()].concat();
        let mut outputs = [said.as_slice(), &[END]].concat();
        target.truncate(self.max_len());
        outputs.truncate(target.len());
        let rows = [source, &target].map(|ids| Rows::new(&[ids], None, device));
        let seen = record(&self.teacher, &rows[0], Some(&rows[1]), None);
        let region = region_at(fillings, site, layer);
        let lens = Lens { site, layer, source, target: &target, seen: &seen };
        let heads = lens.weights(&self.teacher).await?;
        let teacher = lens.sensitivity(&self.teacher, &none, region).await?;
        let mix = if own {
            let seen = record(model, &rows[0], Some(&rows[1]), Some(fillings));
            Some(Lens { seen: &seen, ..lens }.sensitivity(model, fillings, region).await?)
        } else if fillings.at(site, layer).is_some() {
            Some(lens.sensitivity(model, fillings, region).await?)
        } else {
            None
        };
        let words = |ids: &[u32]| ids.iter().filter_map(|&id| self.tokenizer.token(id)).collect();
        let outputs = words(if site == Site::Encoder { source } else { &outputs });
        let inputs = words(if site == Site::DecoderSelf { &target } else { source });
        Ok(Looked { outputs, inputs, heads, teacher, mix })
    }
}
