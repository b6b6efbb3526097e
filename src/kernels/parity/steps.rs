//! What a step of training ends with: the norm of its gradients, and Adam.

use super::*;
use crate::kernels::{
    adam::{self, AdamOps, Step, adam},
    clip::clip,
};

#[test]
fn adam_is_its_oracle() {
    let mut cases = Cases::new(7);
    for t in 1..10 {
        let count = 1 + cases.0.below(40_000);
        let (w, g, step) = (cases.values(count), cases.values(count), Step::new(t, 1e-2));
        let moments = cases.values(2 * count).iter().map(|value| value.abs()).collect::<Vec<_>>();
        let factor = [None, Some(0.25), Some(1.0)][t as usize % 3];
        let clip = factor.map(|factor| vec![factor, 77.0]);
        let operands = |factor: f32| {
            let [w, g] = [(&w, 1.0), (&g, factor)]
                .map(|(values, factor)| cpu::tensor(values.iter().map(|value| value * factor).collect(), [count]));
            (w, g, cpu::tensor(moments.clone(), [count, 2]))
        };
        let (fw, fg, fm) = operands(factor.unwrap_or(1.0));
        let expected = adam::composed::<Flex>(fw, fg, fm, step);
        let (fw, fg, fm) = operands(1.0);
        let found = match clip.clone() {
            Some(clip) => Flex::adam_clipped(fw, fg, fm, cpu::tensor(clip, [2]), step),
            None => Flex::adam_step(fw, fg, fm, step),
        };
        assert_close("weights", &flex(found.0), &flex(expected.0), 1e-6);
        assert_close("moments", &flex(found.1), &flex(expected.1), 1e-6);
        assert_parity("adam", |device| {
            let [w, g] = [&w, &g].map(|values| tensor(values, [count], device));
            let clip = clip.as_ref().map(|clip| tensor(clip, [2], device));
            let (w, m) = adam(w, g, tensor(&moments, [count, 2], device), clip, step);
            vec![read(w), read(m)]
        });
    }
}

/// Tensors of a part of a chunk and of several, more chunks than a workgroup has invocations among them; norms below the bound and above.
#[test]
fn clip_is_its_oracle() {
    let mut cases = Cases::new(11);
    for case in 0..12 {
        let sizes = match case {
            0 => vec![1_200_000, 5],
            _ => (0..cases.size(12)).map(|_| 1 + cases.0.below(20_000)).collect(),
        };
        let gradients = sizes.iter().map(|&size| cases.values(size)).collect::<Vec<_>>();
        let norm = gradients.iter().flatten().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt();
        let most = [0.3, 1.0, 1.7][case % 3] * norm as f32;
        let factor = (f64::from(most) / (norm + 1e-6)).min(1.0);
        for device in [&Device::flex(), &GPU.device] {
            let gradients = gradients.iter().map(|values| tensor(values, [values.len()], device)).collect();
            let found = read(clip(gradients, most));
            let what = format!("at most {most} of {norm}, {sizes:?}");
            assert_close(&what, &found[..1], &[factor as f32], 1e-5);
            assert_close(&what, &found[1..], &[norm as f32], 1e-5);
        }
    }
    GPU.check().expect("a device without complaints");
}

/// One gradient that is no number, wherever it is: the norm says so, and not a bit of weights and moments moves.
#[test]
fn a_gradient_that_is_not_finite_moves_nothing() {
    let mut cases = Cases::new(12);
    for case in 0..6 {
        let count = 5000 + cases.0.below(5000);
        let (w, m, mut g) = (cases.values(count), cases.values(2 * count), cases.values(count));
        g[cases.0.below(count)] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][case % 3];
        for device in [&Device::flex(), &GPU.device] {
            let [w_there, g, ones] = [&w, &g, &vec![1.0; 9]].map(|values| tensor(values, [values.len()], device));
            let clip = clip(vec![ones, g.clone()], 1.0);
            let values = read(clip.clone());
            assert!(values[0] == 0.0 && !values[1].is_finite(), "{values:?}");
            let (next, moments) = adam(w_there, g, tensor(&m, [count, 2], device), Some(clip), Step::new(3, 1e-2));
            assert_eq!((read(next), read(moments)), (w.clone(), m.clone()));
        }
    }
}
