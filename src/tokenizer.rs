//! Sub-word tokens: byte-pair encoding (Sennrich et al. 2016) through the crate `tokenizers`, one vocabulary for both
//! languages, learnt from the training sentences alone.
//!
//! A sentence is cut at spaces, digits and punctuation before pairs are merged, so that no token spans two words. A space
//! belongs to the token after it and is written `▁` (U+2581); that makes decoding exact. An apostrophe belongs to the
//! word before it: French elisions (`l'`, `qu'`) become one token.
//!
//! # Same text, same vocabulary
//! The trainer keeps its counts in hash maps that are keyed at random, yet its result does not hang on their order: the
//! alphabet is sorted by code point, and of pairs with equal counts the one with the lower ids is merged. A test trains
//! many times and compares with a hash that is written down.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};
use tokenizers::{
    OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer, PreTokenizerWrapper, SplitDelimiterBehavior,
    Trainer,
    models::bpe::{BPE, BpeTrainer},
    pre_tokenizers::{
        metaspace::{Metaspace, PrependScheme},
        sequence::Sequence,
        split::{Split, SplitPattern},
    },
};

use crate::{
    corpus::clean::{SPACE_MARK, normalise},
    digest::hex,
};

pub const PAD: u32 = 0;
pub const START: u32 = 1;
pub const END: u32 = 2;
pub const UNKNOWN: u32 = 3;

/// The tokens with fixed ids. Text that contains these words is encoded character by character like any other.
pub const SPECIALS: [&str; 4] = ["<pad>", "<s>", "</s>", "<unk>"];

/// What [`Tokenizer::decode`] writes for an unknown token: U+2047, which metrics take for one word.
pub const UNKNOWN_MARK: &str = "⁇";

/// What is cut apart before merging: a word with the apostrophe behind it, a digit, any other single character; each with
/// the space before it.
const PIECES: &str = r"▁?[\p{L}\p{M}]+['’]?|▁?[^▁]|▁";

/// A pair seen once teaches nothing.
const LEAST_COUNT: u64 = 2;

#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
    #[error(
        "tokenizer.vocab is {asked}, but the training text has {alphabet} different characters and {specials} special tokens: set it to {needed} or more",
        specials = SPECIALS.len()
    )]
    TooSmall { asked: usize, alphabet: usize, needed: usize },

    #[error("the tokenizer has no text to learn from: give it the sentences of the training set")]
    NoText,

    #[error("expected a tokenizer as JSON, found something else ({reason})")]
    Json { reason: String },

    #[error("the tokenizer in this file is not one of ours ({reason})")]
    Foreign { reason: String },

    #[error("the tokenizer could not be built ({reason}); this is a fault of the program, please report it")]
    Library { reason: String },
}

/// Any error of the library, which has none of its own types.
fn library(error: impl std::fmt::Display) -> TokenizerError {
    TokenizerError::Library { reason: error.to_string() }
}

/// Turns sentences into token ids and back.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    /// By id.
    tokens: Vec<String>,
    /// By rank.
    merges: Vec<(String, String)>,
    json: String,
}

/// The part of the library's JSON that carries information.
#[derive(Deserialize)]
struct File {
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    vocab: BTreeMap<String, u32>,
    merges: Vec<(String, String)>,
}

impl Tokenizer {
    /// Learns at most `vocab` tokens: the special ones, every character of the text, and the merges. Fewer come out if
    /// no pair of tokens is left that occurs twice.
    pub fn train<'a>(sentences: impl Iterator<Item = &'a str>, vocab: usize) -> Result<Self, TokenizerError> {
        let splitter = splitter()?;
        let sentences: Vec<_> = sentences.map(plain).filter(|sentence| !sentence.is_empty()).collect();
        let alphabet: HashSet<_> = sentences.iter().flat_map(|sentence| sentence.chars()).collect();
        if alphabet.is_empty() {
            return Err(TokenizerError::NoText);
        }
        // The space is a character too, even if no sentence has two words: its mark stands before the first.
        let alphabet = alphabet.iter().filter(|&&character| character != ' ').count() + 1;
        let needed = SPECIALS.len() + alphabet;
        if vocab < needed {
            return Err(TokenizerError::TooSmall { asked: vocab, alphabet, needed });
        }
        let specials = SPECIALS.map(|token| tokenizers::AddedToken::from(token, true)).to_vec();
        let mut trainer = BpeTrainer::builder()
            .vocab_size(vocab)
            .min_frequency(LEAST_COUNT)
            .special_tokens(specials)
            .show_progress(false)
            .build();
        trainer.feed(sentences.iter(), |sentence| pieces(&splitter, sentence)).map_err(library)?;
        let mut model = BPE::default();
        trainer.train(&mut model).map_err(library)?;
        let json = serde_json::to_value(&model).map_err(library)?;
        Self::assemble(Model::deserialize(json).map_err(library)?)
    }

    fn assemble(Model { vocab, merges }: Model) -> Result<Self, TokenizerError> {
        let foreign = |reason: &str| TokenizerError::Foreign { reason: reason.to_owned() };
        let mut tokens = vec![String::new(); vocab.len()];
        for (token, &id) in &vocab {
            let place = tokens.get_mut(id as usize).filter(|place| place.is_empty());
            *place.ok_or_else(|| foreign("its ids are not 0, 1, 2, ..."))? = token.clone();
        }
        if !tokens.iter().map(String::as_str).take(SPECIALS.len()).eq(SPECIALS) {
            return Err(foreign("its first tokens are not <pad>, <s>, </s>, <unk>"));
        }
        let model = BPE::builder()
            .vocab_and_merges(vocab.into_iter().collect::<tokenizers::models::bpe::Vocab>(), merges.clone())
            .unk_token(SPECIALS[UNKNOWN as usize].to_owned())
            .fuse_unk(true)
            // Its cache outlives the tokenizer: 1.6 MB of the thread's memory for each one that is dropped.
            .cache_capacity(0)
            .build()
            .map_err(|error| foreign(&error.to_string()))?;
        let mut inner = tokenizers::Tokenizer::new(model);
        inner.with_pre_tokenizer(Some(splitter()?)).with_decoder(Some(metaspace()));
        let json = inner.to_string(false).map_err(library)?;
        Ok(Self { inner, tokens, merges, json })
    }

    /// Reads what [`Self::to_json`] wrote.
    pub fn from_json(json: &str) -> Result<Self, TokenizerError> {
        let malformed = |error: serde_json::Error| TokenizerError::Json { reason: error.to_string() };
        let value: serde_json::Value = serde_json::from_str(json).map_err(malformed)?;
        let tokenizer = Self::assemble(File::deserialize(&value).map_err(malformed)?.model)?;
        if serde_json::from_str::<serde_json::Value>(&tokenizer.json).map_err(library)? != value {
            return Err(TokenizerError::Foreign { reason: "it cuts text in another way".to_owned() });
        }
        Ok(tokenizer)
    }

    /// The JSON of the Hugging Face library `tokenizers`, which Python reads too. Equal tokenizers give equal text.
    pub fn to_json(&self) -> String {
        self.json.clone()
    }

    /// The ids of a text, without special tokens around them. The text is first normalised as the corpus is. A run of
    /// characters that training never saw becomes one [`UNKNOWN`].
    pub fn encode(&self, text: &str) -> Vec<u32> {
        // Neither step can fail: the pattern is fixed and has no backtracking, and the unknown token exists.
        self.inner.encode_fast(plain(text), false).map(|encoding| encoding.get_ids().to_vec()).unwrap_or_default()
    }

    /// The text of ids up to the first [`END`], without [`PAD`] and [`START`]; [`UNKNOWN_MARK`] for unknown ones.
    pub fn decode(&self, ids: &[u32]) -> String {
        let visible = ids.iter().take_while(|&&id| id != END).filter(|&&id| id != PAD && id != START);
        let token = |&id: &u32| match self.tokens.get(id as usize) {
            Some(token) if id != UNKNOWN => token.as_str(),
            _ => UNKNOWN_MARK,
        };
        let marked: String = visible.map(token).collect();
        marked.strip_prefix(SPACE_MARK).unwrap_or(&marked).replace(SPACE_MARK, " ")
    }

    pub fn vocab_size(&self) -> usize {
        self.tokens.len()
    }

    /// The token with this id; a space in it is written `▁`.
    pub fn token(&self, id: u32) -> Option<String> {
        self.tokens.get(id as usize).cloned()
    }

    /// SHA-256, in hexadecimal, of the tokens by id and the merges by rank, one a line.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        for (id, token) in self.tokens.iter().enumerate() {
            hasher.update(format!("{id}\t{token}\n"));
        }
        for (left, right) in &self.merges {
            hasher.update(format!("{left} {right}\n"));
        }
        hex(hasher)
    }
}

/// Text as the library gets it: normalised, and with no character that stands for something else.
fn plain(text: &str) -> String {
    normalise(&text.replace(SPACE_MARK, " "))
}

/// A space becomes a mark, and one is put before the first word, so that a word has one form wherever it stands.
fn metaspace() -> Metaspace {
    Metaspace::new(SPACE_MARK, PrependScheme::Always, false)
}

fn splitter() -> Result<PreTokenizerWrapper, TokenizerError> {
    let pattern = SplitPattern::Regex(PIECES.to_owned());
    let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false).map_err(library)?;
    Ok(Sequence::new(vec![metaspace().into(), split.into()]).into())
}

fn pieces(splitter: &PreTokenizerWrapper, sentence: &str) -> tokenizers::Result<Vec<String>> {
    let mut text = PreTokenizedString::from(sentence);
    splitter.pre_tokenize(&mut text)?;
    let splits = text.get_splits(OffsetReferential::Normalized, OffsetType::None);
    Ok(splits.into_iter().map(|(piece, _, _)| piece.to_owned()).collect())
}

#[cfg(test)]
mod tests;
