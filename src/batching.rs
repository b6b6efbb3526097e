//! Which sentences go through a model together.

use crate::random::{Purpose, Stream};

/// Token ids of a source and of its target, without special ones.
pub type Example = (Vec<u32>, Vec<u32>);

/// Batches of one epoch: pairs of like length together, each at most `budget` tokens by
/// max(pairs · longest source, pairs · longest target with `<s>`), padding included; in a random order, and with a random
/// choice among pairs of the same lengths. Every epoch has the same number of batches.
pub fn by_length(examples: &[Example], budget: usize, seed: u64, epoch: u32) -> Vec<Vec<usize>> {
    let length = |index: usize| (examples[index].0.len(), examples[index].1.len() + 1);
    let mut stream = Stream::new(seed, Purpose::Shuffle, u64::from(epoch));
    let mut order = (0..examples.len()).collect::<Vec<_>>();
    stream.shuffle(&mut order);
    order.sort_by_key(|&index| {
        let (source, target) = length(index);
        (source.max(target), source, target)
    });
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut longest = 0;
    for index in order {
        let (source, target) = length(index);
        let wider = longest.max(source).max(target);
        match batches.last_mut() {
            Some(batch) if (batch.len() + 1) * wider <= budget => {
                batch.push(index);
                longest = wider;
            }
            _ => {
                batches.push(vec![index]);
                longest = source.max(target);
            }
        }
    }
    stream.shuffle(&mut batches);
    batches
}

/// Batches of so many examples in a random order, for the nets.
pub fn shuffled(count: usize, size: usize, seed: u64, epoch: u32) -> Vec<Vec<usize>> {
    let mut order = (0..count).collect::<Vec<_>>();
    Stream::new(seed, Purpose::Shuffle, u64::from(epoch) | 1 << 32).shuffle(&mut order);
    order.chunks(size).map(<[usize]>::to_vec).collect()
}

/// The same in the order of the text.
pub fn in_order(count: usize, size: usize) -> Vec<Vec<usize>> {
    (0..count).collect::<Vec<_>>().chunks(size).map(<[usize]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples(count: usize) -> Vec<Example> {
        let mut stream = Stream::new(3, Purpose::Corpus, 0);
        let mut ids = || vec![7; 1 + stream.below(20)];
        (0..count).map(|_| (ids(), ids())).collect()
    }

    #[test]
    fn every_pair_once_and_within_the_budget() {
        let examples = examples(500);
        let batches = by_length(&examples, 100, 1, 0);
        for batch in &batches {
            let longest = batch.iter().map(|&i| examples[i].0.len().max(examples[i].1.len() + 1)).max().unwrap();
            assert!(batch.len() * longest <= 100);
        }
        let mut all = batches.concat();
        all.sort_unstable();
        assert_eq!(all, (0..500).collect::<Vec<_>>());
        let next = by_length(&examples, 100, 1, 1);
        assert_eq!(next.len(), batches.len());
        assert_ne!(next, batches);
    }

    #[test]
    fn shuffled_batches_hold_every_index_once() {
        let mut all = shuffled(103, 10, 1, 0).concat();
        assert_ne!(all, (0..103).collect::<Vec<_>>());
        all.sort_unstable();
        assert_eq!(all, (0..103).collect::<Vec<_>>());
    }
}
