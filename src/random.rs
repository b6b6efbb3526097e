//! The one source of chance: a counter-based generator, so that every draw is a pure function of
//! (seed, purpose, stream, counter) and comes out the same natively, in wasm and in a shader.
//!
//! The hash is PCG-RXS-M-XS as a 32-bit permutation (O'Neill 2014); `shaders/shared/pcg.wgsl` is its twin.

/// What a stream of chance is for. One purpose never disturbs another: drawing more weights does not move the shuffle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Init = 1,
    Shuffle = 2,
    Dropout = 3,
    Corpus = 4,
    Split = 5,
    Bootstrap = 6,
    /// Where sentences are cut short.
    Cut = 7,
}

/// A permutation of the 32-bit integers that looks random.
#[inline(always)]
pub fn pcg(x: u32) -> u32 {
    let state = x.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let word = (state >> ((state >> 28) + 4) ^ state).wrapping_mul(277_803_737);
    word >> 22 ^ word
}

/// The two key words of a stream. Draw number `i` is `pcg(pcg(i ^ key[0]) + key[1])`.
pub fn key(seed: u64, purpose: Purpose, stream: u64) -> [u32; 2] {
    let words = |value: u64| (value as u32, (value >> 32) as u32);
    let ((seed_low, seed_high), (stream_low, stream_high)) = (words(seed), words(stream));
    let base = pcg(seed_low ^ pcg(seed_high ^ pcg(purpose as u32)));
    let first = pcg(base ^ pcg(stream_low));
    [first, pcg(first ^ pcg(stream_high ^ 0x9e37_79b9))]
}

/// Draw number `counter` of the stream with this key.
#[inline(always)]
pub fn draw(key: [u32; 2], counter: u32) -> u32 {
    pcg(pcg(counter ^ key[0]).wrapping_add(key[1]))
}

/// Draws in order from one stream.
#[derive(Clone, Debug)]
pub struct Stream {
    key: [u32; 2],
    counter: u32,
}

impl Stream {
    pub fn new(seed: u64, purpose: Purpose, stream: u64) -> Self {
        Self { key: key(seed, purpose, stream), counter: 0 }
    }

    pub fn next_u32(&mut self) -> u32 {
        let value = draw(self.key, self.counter);
        self.counter = self.counter.wrapping_add(1);
        value
    }

    /// Uniform in `0..bound`, by the multiply-shift of Lemire (2019); its bias is below `bound / 2^32`.
    ///
    /// # Panics
    /// If `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        assert!(bound > 0, "a draw needs at least one outcome");
        ((u64::from(self.next_u32()) * bound as u64) >> 32) as usize
    }

    /// Uniform in `[0, 1)` with 24 bits.
    pub fn unit(&mut self) -> f32 {
        (self.next_u32() >> 8) as f32 / (1u32 << 24) as f32
    }

    /// One of the items.
    ///
    /// # Panics
    /// If there are none.
    pub fn choose<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// True with the given probability.
    pub fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// Fisher and Yates, from the end.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the same formula written in Python with unbounded integers.
    #[test]
    fn known_values() {
        assert_eq!([0, 1, 2, u32::MAX].map(pcg), [129_708_002, 2_831_084_092, 2_055_130_248, 3_861_530_882]);
    }

    #[test]
    fn streams_are_independent_and_repeat() {
        let draws = |seed, purpose, stream| {
            let mut stream = Stream::new(seed, purpose, stream);
            [(); 8].map(|()| stream.next_u32())
        };
        let base = draws(1, Purpose::Init, 0);
        assert_eq!(base, draws(1, Purpose::Init, 0));
        for other in [draws(2, Purpose::Init, 0), draws(1, Purpose::Shuffle, 0), draws(1, Purpose::Init, 1)] {
            assert!(base.iter().zip(other).all(|(a, b)| *a != b));
        }
        assert_ne!(draws(1 << 32, Purpose::Init, 0), draws(0, Purpose::Init, 1 << 32));
    }

    #[test]
    fn draws_are_uniform() {
        let mut stream = Stream::new(7, Purpose::Corpus, 3);
        let mut counts = [0u32; 10];
        for _ in 0..100_000 {
            counts[stream.below(10)] += 1;
        }
        assert!(counts.iter().all(|count| (9_600..10_400).contains(count)), "{counts:?}");
        let mean = (0..100_000).map(|_| f64::from(stream.unit())).sum::<f64>() / 1e5;
        assert!((mean - 0.5).abs() < 0.005, "{mean}");
    }

    #[test]
    fn shuffle_is_a_permutation() {
        let mut items: Vec<_> = (0..100).collect();
        Stream::new(1, Purpose::Shuffle, 0).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
