//! A sentence of a trained run under the lens.

use super::Folder;
use attentionless::{
    device::{self, Choice},
    model::{mix::Mix, sites::Site},
    session::{Looked, Translator},
    store::Directory,
};

const TEXT: &str = "The dog sleeps.";

fn look(translator: &Translator, mix: &str, site: Site, layer: usize, text: &str) -> Result<Option<Looked>, String> {
    let mix = mix.parse::<Mix>().unwrap();
    pollster::block_on(translator.lens(&mix, site, layer, text)).map_err(|error| error.to_string())
}

#[test]
fn an_attention_is_looked_at() {
    let folder = Folder::with_run();
    let store = Box::new(Directory::new(&folder.path("R")));
    let opened = pollster::block_on(device::open(&Choice::Cpu)).unwrap();
    let translator = Translator::open(store, &opened).unwrap();
    for site in Site::ALL {
        let Looked { outputs, inputs, heads, teacher, mix } =
            look(&translator, "enc=alr-m", site, 1, TEXT).unwrap().unwrap();
        let pairs = outputs.len() * inputs.len();
        assert!([&teacher, &heads[0]].iter().all(|values| values.len() == pairs), "{site:?}");
        assert_eq!(heads.len(), 4);
        for row in heads.iter().flat_map(|head| head.chunks_exact(inputs.len())) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{site:?}: {row:?}");
        }
        // The mix has a net in the encoder alone.
        assert_eq!(mix.as_ref().map(Vec::len), (site == Site::Encoder).then_some(pairs));
        assert_ne!(mix, Some(teacher));
        match site {
            Site::Encoder => assert_eq!(outputs, inputs),
            _ => assert_eq!(outputs.last().map(String::as_str), Some("</s>")),
        }
        assert_eq!(inputs[0] == "<s>", site == Site::DecoderSelf);
    }
    assert_eq!(look(&translator, "enc=alr-m", Site::Encoder, 1, "  "), Ok(None));
    let error = look(&translator, "enc=alr-m", Site::Encoder, 2, TEXT).unwrap_err();
    assert!(error.contains("names layer 2 of `enc`, but the model's last layer is 1"), "{error}");
    assert!(look(&translator, "enc=alr-l", Site::Encoder, 1, TEXT).is_err());
}
