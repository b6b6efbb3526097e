use super::*;
use crate::corpus::everyday;

/// Every kind of character that cuts differently.
const SENTENCES: [&str; 22] = [
    "The cat sat on the mat.",
    "the cat, the dog and the other cat...",
    "\"Don't!\" she said -- 'never' again; it's 10 o'clock?!",
    "L'homme qu'il a vu s'appelle-t-il Jean ? « Oui », dit-elle.",
    "Aujourd’hui, c’est l’été à Noël ; où êtes-vous ?",
    "Der Mann, der „Guten Tag“ sagte, heißt Groß-Müller (57).",
    "Fußgängerübergänge sind für alle da – nicht nur für Ältere!",
    "On 3.14 or 1,000.50 or 2023-11-24, 50% of 7 & 8 = $15/day.",
    "<s> is text, </s> is text, <pad> and <unk> too: [UNK] ##ing </w>",
    "¿Qué? ¡Sí! ...",
    "- a dash first",
    "''quoted''",
    "猫が好きです。私は日本語を話します、はい！",
    "Кошка сидит на ковре, а собака — нет.",
    "القطة على السجادة، والكلب ليس كذلك.",
    "नमस्ते दुनिया, क्या हाल है?",
    "👩‍🚀 🎉🎉 ok 👍🏽",
    "e\u{323}\u{301} x\u{301}\u{302}y",
    "\u{301}leading mark",
    "a",
    "tab\\slash /path/to_file #1 @home ~ ^ ` | {x}",
    "A🙂B c.d.e f'g h''i",
];

fn trained() -> Tokenizer {
    Tokenizer::train(SENTENCES.iter().chain(&SENTENCES).copied(), 600).unwrap()
}

#[test]
fn restores_every_sentence() {
    let tokenizer = trained();
    for sentence in SENTENCES.map(normalise) {
        let ids = tokenizer.encode(&sentence);
        assert!(!ids.contains(&UNKNOWN) && ids.iter().all(|&id| id > UNKNOWN), "{sentence}: {ids:?}");
        assert_eq!(tokenizer.decode(&ids), sentence);
    }
    assert_eq!(tokenizer.encode("  The\tcat "), tokenizer.encode("The cat"));
    assert_eq!(tokenizer.encode("The▁cat"), tokenizer.encode("The cat"));
    assert!(tokenizer.encode(" \n").is_empty());
    assert_eq!(tokenizer.decode(&[]), "");
}

#[test]
fn restores_the_grammars_sentences() {
    let sentences = everyday::Sentences::new(1, everyday::Part::Train).take(2000).collect::<Vec<_>>();
    let text = || sentences.iter().flat_map(|sentence| [&sentence.english, &sentence.french, &sentence.german]);
    let tokenizer = Tokenizer::train(text().map(String::as_str), 1200).unwrap();
    assert!(tokenizer.vocab_size() <= 1200);
    for sentence in text() {
        let sentence = normalise(sentence);
        assert_eq!(tokenizer.decode(&tokenizer.encode(&sentence)), sentence);
    }
}

/// Random strings over the characters that training saw, in any order.
#[test]
fn restores_any_order_of_known_characters() {
    let tokenizer = trained();
    let characters: Vec<_> = SENTENCES.map(normalise).concat().chars().collect();
    for trial in 0..2000 {
        let mut stream = crate::random::Stream::new(trial, crate::random::Purpose::Corpus, 0);
        let text: String = (0..stream.below(30)).map(|_| *stream.choose(&characters)).collect();
        let text = normalise(&text);
        // Normalisation may compose two known characters to one that training never saw.
        if text.chars().all(|character| characters.contains(&character)) {
            assert_eq!(tokenizer.decode(&tokenizer.encode(&text)), text);
        }
    }
}

#[test]
fn words_that_look_special_are_text() {
    let tokenizer = trained();
    for word in SPECIALS {
        let ids = tokenizer.encode(word);
        assert!(ids.len() > 1 && ids.iter().all(|&id| id > UNKNOWN), "{word}: {ids:?}");
        assert_eq!(tokenizer.decode(&ids), word);
    }
    assert_eq!([PAD, START, END, UNKNOWN].map(|id| tokenizer.token(id).unwrap()), SPECIALS);
}

#[test]
fn unknown_characters_do_not_stop_a_sentence() {
    let tokenizer = trained();
    let ids = tokenizer.encode("The ԱԲ cat ʘ.");
    assert_eq!(ids.iter().filter(|&&id| id == UNKNOWN).count(), 2);
    assert_eq!(tokenizer.decode(&ids), "The ⁇ cat ⁇.");
    assert_eq!(tokenizer.decode(&[u32::MAX]), "⁇");
}

#[test]
fn decoding_stops_at_the_end() {
    let tokenizer = trained();
    let cat = tokenizer.encode("the cat");
    let ids = [&[START], cat.as_slice(), &[PAD, END], &cat, &[PAD]].concat();
    assert_eq!(tokenizer.decode(&ids), "the cat");
}

#[test]
fn cuts_where_it_should() {
    let splitter = splitter().unwrap();
    let pieces = |text| pieces(&splitter, text).unwrap().join("|");
    assert_eq!(pieces("Qu'il a 12 ans, l’été !"), "▁Qu'|il|▁a|▁1|2|▁ans|,|▁l’|été|▁!");
    assert_eq!(pieces("„Na, so was“"), "▁„|Na|,|▁so|▁was|“");
    assert_eq!(pieces("a man , \"x\"..."), "▁a|▁man|▁,|▁\"|x|\"|.|.|.");
}

#[test]
fn vocabulary_holds_the_alphabet() {
    let text = ["ab ba", "cab"];
    let train = |vocab| Tokenizer::train(text.into_iter(), vocab);
    // Four special tokens; a, b, c and the space.
    assert_eq!(train(8).unwrap().vocab_size(), 8);
    assert_eq!(train(8).unwrap().token(4).unwrap(), "a");
    assert_eq!(train(8).unwrap().token(7).unwrap(), "▁");
    let message = train(7).unwrap_err().to_string();
    assert!(message.contains("is 7, but the training text has 4 different characters and 4 special"), "{message}");
    assert!(message.ends_with("set it to 8 or more"), "{message}");
    // `ab` occurs twice, in `▁ab` and `cab`; `▁ab`, `cab`, `▁ba` only once.
    assert_eq!(train(100).unwrap().vocab_size(), 9);
    assert!(matches!(Tokenizer::train(["", " "].into_iter(), 100), Err(TokenizerError::NoText)));
}

#[test]
fn json_goes_both_ways() {
    let tokenizer = trained();
    let json = tokenizer.to_json();
    let read = Tokenizer::from_json(&json).unwrap();
    assert_eq!((read.to_json(), read.hash()), (json.clone(), tokenizer.hash()));
    for sentence in SENTENCES {
        assert_eq!(read.encode(sentence), tokenizer.encode(sentence));
    }
    let wrong = |json: &str| Tokenizer::from_json(json).unwrap_err().to_string();
    assert!(wrong("{").starts_with("expected a tokenizer as JSON"));
    assert!(wrong("{\"model\": {}}").starts_with("expected a tokenizer as JSON"));
    assert!(wrong(&json.replace("\"<s>\":1", "\"<t>\":1")).contains("first tokens are not"));
    assert!(wrong(&json.replace("\"<pad>\":0", "\"<pad>\":9999")).contains("ids are not"));
    assert!(wrong(&json.replace("always", "never")).contains("cuts text in another way"));
    assert!(wrong(&json.replace("\"merges\":[[", "\"merges\":[[\"nowhere\",\"found\"],[")).contains("not one of ours"));
}

/// Equal on every run and every platform: the value was written down once.
#[test]
fn training_is_deterministic() {
    let hash = trained().hash();
    for _ in 0..20 {
        assert_eq!(trained().hash(), hash);
    }
    assert_eq!(hash, "e765d0e4c87a516ea5711ca28e4b59f86cc6366334878bba0997e93b5d2a6d45");
}
