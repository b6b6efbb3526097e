//! The words of the command line.

mod sweep;

pub use sweep::SweepArgs;

use attentionless::{
    corpus::{Direction, Source},
    device::Choice,
    kernels::matmul::tiling::Tiling,
    model::{
        mix::{Mix, Trained},
        sites::{NetKind, Site},
    },
    recipe::{Layers, NetPart, Recipe, RecipeError},
};
use clap::{Args, Parser, Subcommand};
use std::{
    error::Error,
    io::ErrorKind,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Trains a small translation Transformer and takes its attention away, layer by layer.
#[derive(Parser)]
#[command(version, max_term_width = 110, after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage.")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// The main job: corpus, teacher, nets, table
    ///
    /// A run lives in the directory --out. Run again, it goes on from there and adds only what is missing.
    #[command(
        after_help = "Examples:\n  attentionless run --preset tiny --out R1\n  attentionless run --preset tiny --net enc=alr-l --out R1\n  \
        attentionless run --preset small --pair de-en --set corpus=aligned:train.de,train.en --test aligned:test.de,test.en --out R2"
    )]
    Run {
        #[command(flatten)]
        recipe: RecipeArgs,
        #[command(flatten)]
        work: WorkArgs,
    },
    /// Build or inspect a corpus: what was kept, what dropped and why
    #[command(
        after_help = "Examples:\n  attentionless corpus everyday --pair en-fr\n  attentionless corpus tsv:mine.tsv --pair de-en --out clean.tsv\n  \
        attentionless corpus iwslt:de-en.zip --pair de-en"
    )]
    Corpus {
        /// everyday, everyday:long, ding:FILE, tsv:FILE, aligned:SRC,TGT, tmx:FILE, iwslt:DIR|ZIP or hub:NAME
        source: Source,
        /// Source and target language, such as de-en
        #[arg(long, default_value = "en-fr")]
        pair: Direction,
        /// Most training pairs
        #[arg(long, default_value_t = 20_000)]
        pairs: usize,
        /// Longest sentence in characters
        #[arg(long, default_value_t = 400)]
        max_chars: usize,
        /// Seed of the split
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Validation set from another source
        #[arg(long)]
        valid: Option<Source>,
        /// Test set from another source
        #[arg(long)]
        test: Option<Source>,
        /// Write the training pairs here, two columns with a tab
        #[arg(long)]
        out: Option<PathBuf>,
        /// Print the report as JSON
        #[arg(long)]
        json: bool,
    },
    /// Train the teacher alone, or go on training it
    #[command(after_help = "Example:\n  attentionless train --preset tiny --set teacher.epochs=4 --out R1")]
    Train {
        #[command(flatten)]
        recipe: RecipeArgs,
        #[command(flatten)]
        work: WorkArgs,
    },
    /// Fit nets to the teacher of a run, and keep them in it
    #[command(
        after_help = "Examples:\n  attentionless distil R1 --net enc=alr-l\n  attentionless distil R1 --net enc.1=alr-xl"
    )]
    Distil {
        /// The run's directory
        run: PathBuf,
        /// Which net: SITE[.LAYER]=METHOD-SIZE[+VARIANT], layers from 1
        #[arg(long = "net", value_name = "NET", required = true)]
        nets: Vec<NetArg>,
        #[command(flatten)]
        how: HowArgs,
    },
    /// Train a mix of a run as a whole, and keep it in it
    ///
    /// Its nets alone (the default), then all weights too, or all from the first. `eval` scores what comes of it.
    #[command(after_help = "Examples:\n  attentionless finetune R1 --mix enc=alr-m,self=alr-m,cross=awr-m\n  \
        attentionless finetune R1 --mix enc=alr-m --what all --epochs 2\n  attentionless eval R1 --mix enc=alr-m,trained=all")]
    Finetune {
        /// The run's directory
        run: PathBuf,
        #[command(flatten)]
        tuning: TuningArgs,
        #[command(flatten)]
        how: HowArgs,
    },
    /// BLEU, chrF, interval, parameters and milliseconds a sentence; a row a mix
    #[command(
        after_help = "Examples:\n  attentionless eval R1\n  attentionless eval R1 --mix teacher --mix enc=alr-m,cross=uniform\n  \
        attentionless eval R1 --mix enc.2=none --on mine.de mine.en"
    )]
    Eval {
        /// The run's directory
        run: PathBuf,
        /// What to score: teacher, or SITE[.LAYER]=METHOD-SIZE|none|uniform|mean|attention with commas
        #[arg(long = "mix", value_name = "MIX")]
        mixes: Vec<Mix>,
        /// Other sentences than the test split: SRC.txt REF.txt, a .tsv, .csv, .tmx or IWSLT .zip, or a source such as
        /// hub:NAME
        #[arg(long, num_args = 1..=2)]
        on: Vec<PathBuf>,
        #[command(flatten)]
        how: HowArgs,
    },
    /// Translate standard input to standard output, a line a sentence
    #[command(after_help = "Example:\n  echo \"The dog sleeps.\" | attentionless translate R1 --mix enc=alr-m")]
    Translate {
        /// The run's directory
        run: PathBuf,
        /// What stands in place of attention
        #[arg(long, default_value = "teacher")]
        mix: Mix,
        /// Hypotheses of the beam; 1 is greedy
        #[arg(long, default_value_t = 1)]
        beam: usize,
        /// auto, wgpu (software adapters too), cpu, or part of an adapter's name
        #[arg(long, default_value = "auto")]
        device: Choice,
    },
    /// Many runs: methods by sizes by sites by seeds, and what they say together
    ///
    /// A cell is one seed and one mix. Each is a run of its own in the directory --out, so that --jobs, GNU parallel or a
    /// cluster's scheduler may work at them in any order; a cell that is done is not done again. Examples with a scheduler are
    /// in docs/sweep.md.
    #[command(
        after_help = "Examples:\n  attentionless sweep recipes/tiny.json --methods alr,awr --sizes xs,s,m --sites enc,cross --seeds 1-3 --jobs 2 --out S1\n  \
        attentionless sweep --preset tiny --seeds 1-5 --mix enc=alr-m,self=alr-m --out S2\n  \
        attentionless sweep --preset tiny --methods alr --out S3 --list | parallel -j 2\n  \
        attentionless sweep --collect S1 --out figures"
    )]
    Sweep(Box<SweepArgs>),
    /// Write a trained run into one .safetensors file
    ///
    /// With its weights, tokenizer, test split and scores, but not the text it was trained on.
    #[command(after_help = "Example:\n  attentionless export R1 --out tiny.safetensors --half")]
    Export {
        /// The run's directory
        run: PathBuf,
        /// The file
        #[arg(long, value_name = "FILE.safetensors")]
        out: PathBuf,
        /// 16 bits a weight: half the size; without the scores, which were those of the weights with 32
        #[arg(long)]
        half: bool,
    },
    /// Make a run's directory from a file that `export` or the page wrote
    #[command(after_help = "Example:\n  attentionless import tiny.safetensors --out R2 && attentionless eval R2")]
    Import {
        /// The file
        file: PathBuf,
        /// The run's directory
        #[arg(long)]
        out: PathBuf,
    },
    /// What a run will cost: parameters, bytes, largest buffer, seconds
    #[command(
        after_help = "Examples:\n  attentionless plan --preset tiny\n  attentionless plan --preset paper --table --json"
    )]
    Plan {
        #[command(flatten)]
        recipe: RecipeArgs,
        /// All methods, sizes and sites instead of the recipe's nets
        #[arg(long)]
        table: bool,
        /// With --table: the variants of the methods, too
        #[arg(long, requires = "table")]
        variants: bool,
        #[command(flatten)]
        how: HowArgs,
    },
    /// Measure a device: its kernels and steps against what it can do at most
    #[command(
        after_help = "Examples:\n  attentionless bench --device cpu\n  attentionless bench --work \"distil 6400-800\" --json\n  attentionless bench --self-test"
    )]
    Bench {
        /// Only work whose name contains this text; several times for several
        #[arg(long, value_name = "TEXT")]
        work: Vec<String>,
        /// Whether the device gives the same numbers as the CPU, operation by operation
        #[arg(long)]
        self_test: bool,
        /// How products are divided, such as `blocks` or `tiles 64x64`; without it as the table has it
        #[arg(long, value_name = "TILING")]
        tiling: Option<Tiling>,
        /// auto, wgpu, cpu or a part of an adapter's name
        #[arg(long, default_value_t)]
        device: Choice,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// The adapters of this machine, their limits, and which would be used
    Devices {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Which recipe.
#[derive(Args)]
pub struct RecipeArgs {
    /// A recipe file (JSON)
    #[arg(conflicts_with = "preset")]
    pub recipe: Option<PathBuf>,
    /// micro, tiny, small or paper
    #[arg(long)]
    pub preset: Option<String>,
    /// Source and target language, such as de-en
    #[arg(long)]
    pub pair: Option<String>,
    /// A net beside the recipe's: SITE[.LAYER]=METHOD-SIZE[+VARIANT], layers from 1
    #[arg(long = "net", value_name = "NET")]
    pub nets: Vec<NetArg>,
    /// A row beside the recipe's: teacher, or SITE[.LAYER]=WHAT with commas
    #[arg(long = "mix", value_name = "MIX")]
    pub mixes: Vec<Mix>,
    /// Validation set from another source
    #[arg(long)]
    pub valid: Option<String>,
    /// Test set from another source
    #[arg(long)]
    pub test: Option<String>,
    /// Any field of the recipe, such as model.layers=2
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub assignments: Vec<String>,
}

#[derive(Args)]
pub struct WorkArgs {
    /// The run's directory
    #[arg(long)]
    pub out: PathBuf,
    #[command(flatten)]
    pub how: HowArgs,
}

#[derive(Args)]
pub struct HowArgs {
    /// auto, wgpu (software adapters too), cpu, or part of an adapter's name
    #[arg(long, default_value = "auto")]
    pub device: Choice,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// What is trained as a whole, and how.
#[derive(Args)]
pub struct TuningArgs {
    /// What stands in place of attention
    #[arg(long)]
    pub mix: Mix,
    /// nets; all (the nets alone in the first half); or scratch, without a teacher
    #[arg(long)]
    pub what: Option<Trained>,
    /// Epochs; those of the teacher from scratch
    #[arg(long)]
    pub epochs: Option<u32>,
    /// The highest learning rate
    #[arg(long)]
    pub rate: Option<f64>,
}

impl TuningArgs {
    /// A run's recipe with this in it.
    pub fn recipe(&self, mut recipe: Recipe) -> Result<Recipe, RecipeError> {
        let how = self.what.or(self.mix.how_trained()).unwrap_or(recipe.finetune.what);
        recipe.finetune.epochs = self.epochs.unwrap_or(recipe.finetune.epochs);
        recipe.finetune.rate = self.rate.unwrap_or(recipe.finetune.rate);
        with_nets(recipe, &[], &[self.mix.clone().trained(how)])
    }
}

/// A net to fit, in one layer or in all.
#[derive(Clone, Debug)]
pub struct NetArg(NetPart);

impl FromStr for NetArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not SITE[.LAYER]=METHOD-SIZE, such as enc=alr-m");
        let (place, kind) = text.split_once('=').ok_or_else(wrong)?;
        let (site, layers) = match place.split_once('.') {
            Some((site, layer)) => (site, Layers::These(vec![layer.parse().map_err(|_| wrong())?])),
            None => (place, Layers::All),
        };
        let site: Site = site.parse().map_err(|error| format!("{error}"))?;
        let NetKind { method, size, variant } = kind.parse().map_err(|error| format!("{error}"))?;
        Ok(Self(NetPart { site, layers, method, size, variant }))
    }
}

impl NetArg {
    /// The mix in which this net, and no other, stands.
    fn mix(&self) -> Result<Mix, RecipeError> {
        let NetPart { site, layers, .. } = &self.0;
        let layer = match layers {
            Layers::All => String::new(),
            Layers::These(layers) => format!(".{}", layers[0]),
        };
        let mix = format!("{}{layer}={}", site.code(), self.0.kind());
        Ok(mix.parse::<Mix>()?)
    }
}

/// Adds nets, and a row to score for each, to a recipe.
pub fn with_nets(mut recipe: Recipe, nets: &[NetArg], mixes: &[Mix]) -> Result<Recipe, RecipeError> {
    recipe.nets.extend(nets.iter().map(|net| net.0.clone()));
    let wanted = nets.iter().map(NetArg::mix).collect::<Result<Vec<_>, _>>()?;
    for mix in wanted.iter().chain(mixes) {
        if !recipe.score.mixes.contains(mix) {
            recipe.score.mixes.push(mix.clone());
        }
    }
    // Through the same checks as a recipe that was written by hand.
    recipe.with(&[])
}

/// The recipe in a file.
fn read(file: &Path) -> Result<Recipe, Box<dyn Error>> {
    let bytes = std::fs::read(file).map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("{}: no such file; --preset takes one of the recipes built in", file.display()),
        _ => format!("{}: cannot be read ({error})", file.display()),
    })?;
    let text =
        String::from_utf8(bytes).map_err(|_| format!("{}: expected a recipe as JSON in UTF-8", file.display()))?;
    let at = |source| RecipeError::In { file: file.display().to_string(), source: Box::new(source) };
    Ok(Recipe::parse(&text).map_err(at)?)
}

impl RecipeArgs {
    /// The recipe that is asked for.
    pub fn recipe(&self) -> Result<Recipe, Box<dyn Error>> {
        let base = match (&self.recipe, &self.preset) {
            (Some(file), _) => read(file)?,
            (None, Some(name)) => Recipe::preset(name)?,
            (None, None) => Recipe::preset("tiny")?,
        };
        let json = |value: &String| serde_json::Value::from(value.as_str());
        let text = |key: &str, value: &Option<String>| value.as_ref().map(|value| format!("{key}={}", json(value)));
        let named = [("pair", &self.pair), ("corpus.valid", &self.valid), ("corpus.test", &self.test)];
        let named = named.into_iter().filter_map(|(key, value)| text(key, value));
        let assignments = self.assignments.iter().cloned().chain(named).collect::<Vec<_>>();
        Ok(with_nets(base.with(&assignments)?, &self.nets, &self.mixes)?)
    }
}
