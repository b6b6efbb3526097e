//! A run that begins with the teacher of another, and with those nets of it that it has a use for.

use super::{Files, SessionError, files, refuse_other, teacher::FINISHED};
use crate::{model::mix::Mix, recipe::Recipe, store::Store};
use std::collections::BTreeSet;

/// Copies the text and the trained teacher of one run into the store of another, and the nets of this recipe as far as they are
/// there, so that the other one, with this recipe, has only the rest to make. What is there already stays; a teacher of another
/// recipe is refused.
pub fn begin_from(teacher: Box<dyn Store>, own: Box<dyn Store>, recipe: &Recipe) -> Result<(), SessionError> {
    let (teacher, own) = (Files(teacher), Files(own));
    if let Some(begun) = own.recipe()? {
        refuse_other(&begun, recipe)?;
    }
    refuse_other(&teacher.recipe()?.ok_or(SessionError::NoTeacher)?, recipe)?;
    let trained = teacher.weights(files::TEACHER, recipe)?.ok_or(SessionError::NoTeacher)?;
    if !trained.metadata.contains_key(FINISHED) {
        return Err(SessionError::NoTeacher);
    }
    let nets = recipe.net_ids();
    let needed = files::SPLITS.iter().copied().chain([files::CORPUS, files::WORDS, files::TOKENIZER, files::TEACHER]);
    let named =
        [files::output(&Mix::teacher()), files::MEANS.into()].into_iter().chain(nets.iter().copied().map(files::net));
    for name in needed.map(str::to_string).chain(named) {
        if !own.0.has(&name)?
            && let Some(bytes) = teacher.0.read(&name)?
        {
            own.0.write(&name, &bytes)?;
        }
    }
    if !own.0.has(files::CURVE)? {
        let stages = nets.iter().map(ToString::to_string).chain(["teacher".into()]).collect::<BTreeSet<_>>();
        let ours = |line: &String| line.split('\t').next().is_some_and(|stage| stages.contains(stage));
        own.write_curve(&teacher.curve()?.into_iter().filter(ours).collect::<Vec<_>>())?;
    }
    // Last, as without its recipe nothing says what the other files of a run are made of.
    if !own.0.has(files::RECIPE)? {
        own.write_json(files::RECIPE, recipe)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        device,
        session::{Event, Goal, Session},
        store::Memory,
    };
    use std::time::Duration;

    fn recipe(more: &[&str]) -> Recipe {
        let small =
            ["corpus.pairs=200", "tokenizer.vocab=150", "teacher.epochs=2", "distil.epochs=1", "score.sentences=4"];
        let words = small.iter().chain(more).map(ToString::to_string).collect::<Vec<_>>();
        Recipe::preset("micro").unwrap().with(&words).unwrap()
    }

    /// Works to the goal and gives what was said.
    fn work(store: &Memory, recipe: &Recipe, goal: Goal) -> Vec<Event> {
        let mut session = Session::open(recipe.clone(), Box::new(store.clone()), device::cpu(), goal).unwrap();
        let mut all = Vec::new();
        while !matches!(all.last(), Some(Event::Done { .. })) {
            all.extend(pollster::block_on(session.step(Duration::from_secs(1))).unwrap());
        }
        all
    }

    #[test]
    fn it_makes_only_its_own_part() {
        let (teacher, own, whole) = (Memory::new([]), Memory::new([]), Memory::new([]));
        let begin = |recipe: &Recipe| begin_from(Box::new(teacher.clone()), Box::new(own.clone()), recipe);
        let plain = recipe(&["nets=[]", r#"score.mixes=["teacher"]"#]);
        let net = recipe(&[r#"score.mixes=["teacher","enc=alr-m"]"#]);
        assert!(matches!(begin(&net), Err(SessionError::NoTeacher)));
        let mut session = Session::open(plain.clone(), Box::new(teacher.clone()), device::cpu(), Goal::Scores).unwrap();
        while !teacher.has(files::TEACHER).unwrap() {
            pollster::block_on(session.step(Duration::ZERO)).unwrap();
        }
        // The best so far, while it is in training.
        assert!(matches!(begin(&net), Err(SessionError::NoTeacher)));
        work(&teacher, &plain, Goal::Scores);
        let other = begin(&recipe(&["seed=2"]));
        assert!(matches!(other, Err(SessionError::OtherRecipe { part: "seed", .. })), "{other:?}");
        assert!(own.files().is_empty());

        begin(&net).unwrap();
        let events = work(&own, &net, Goal::Scores);
        assert!(!events.iter().any(|event| matches!(event, Event::Training { .. } | Event::Corpus(_))), "{events:?}");
        work(&whole, &net, Goal::Scores);
        let (found, mut expected) = (own.files(), whole.files());
        // The teacher's file names the recipe it was trained by; that its weights are the same shows in the net.
        let apart = ["rows.json", "seconds.json", files::TEACHER];
        expected.retain(|name, _| !apart.contains(&name.as_str()));
        assert!(expected.contains_key("nets/enc.1.alr-m.safetensors"));
        let differing = expected.iter().filter(|(name, bytes)| found.get(*name) != Some(bytes)).map(|(name, _)| name);
        assert_eq!(differing.collect::<Vec<_>>(), [] as [&String; 0]);
        // Once more, it is there.
        begin(&net).unwrap();
        assert_eq!(own.files(), found);

        // Nets that were fitted beside others in the teacher's run are those that it would have fitted itself.
        let nets = [r#"nets=[{"site":"enc","method":"alr","size":"m"},{"site":"enc","method":"alr","size":"s"}]"#];
        work(&teacher, &recipe(&nets), Goal::Nets);
        let taken = Memory::new([]);
        begin_from(Box::new(teacher.clone()), Box::new(taken.clone()), &net).unwrap();
        let events = work(&taken, &net, Goal::Scores);
        assert!(!events.iter().any(|event| matches!(event, Event::Distilling { .. })), "{events:?}");
        let (taken, same) = (taken.files(), ["outputs/enc=alr-m.txt", files::CURVE]);
        assert_eq!(same.map(|name| &taken[name]), same.map(|name| &found[name]));
        assert!(!taken.contains_key("nets/enc.1.alr-s.safetensors"));
        let other = begin(&recipe(&["distil.epochs=2"]));
        assert!(matches!(other, Err(SessionError::OtherRecipe { part: "distil", .. })), "{other:?}");
    }
}
