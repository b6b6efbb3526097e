//! Every kernel three ways: in burn's operations (the oracle), its CPU twin, and WGSL on an adapter (a software one will
//! do), over random ragged shapes.

mod steps;

use super::{
    attention::{self, Attention, AttentionOps, cross_attention, self_attention},
    cpu,
    cross_entropy::{self, CrossEntropyOps, cross_entropy},
    dropout::{self, DropoutOps, Mask, dropout},
    embedding::{self, EmbeddingOps, Lookup, embedding},
    largest::largest,
    layer_norm::{self, LayerNormOps, layer_norm},
    linear::{self, LinearOps, linear},
    matmul::{self, MatmulOps, tiling},
};
use crate::{
    device::{self, Choice, Opened},
    random::{Purpose, Stream},
};
use burn::backend::{Flex, flex::FlexTensor};
use burn::tensor::{Device, Int, Tensor, TensorData};
use std::sync::LazyLock;

static GPU: LazyLock<Opened> = LazyLock::new(|| {
    pollster::block_on(device::open(&Choice::Wgpu)).expect("a graphics adapter, such as Mesa's lavapipe")
});

/// Random cases of one test.
struct Cases(Stream);

impl Cases {
    fn new(stream: u64) -> Self {
        Self(Stream::new(2311, Purpose::Corpus, stream))
    }

    /// A size from 1 to `most`; small ones often.
    fn size(&mut self, most: usize) -> usize {
        let most = if self.0.chance(0.5) { most.min(9) } else { most };
        1 + self.0.below(most)
    }

    fn values(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| 4.0 * self.0.unit() - 2.0).collect()
    }
}

fn tensor<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

fn integers(values: &[usize], device: &Device) -> Tensor<1, Int> {
    let data = values.iter().map(|&value| value as i32).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(data, [values.len()]), device)
}

fn flex_integers(values: &[usize]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values.iter().map(|&value| value as i32).collect::<Vec<_>>(), [values.len()]))
}

fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    pollster::block_on(crate::checkpoint::read(tensor)).expect("values")
}

fn flex(tensor: FlexTensor) -> Vec<f32> {
    cpu::into_values(tensor)
}

/// Max-norm error relative to the largest expected value; to a twentieth of the inputs' where that cancels to less.
#[track_caller]
fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let top = expected.iter().fold(0.1f32, |top, value| top.max(value.abs()));
    let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, |worst: f32, error| {
        assert!(error.is_finite(), "{what}: not finite");
        worst.max(error)
    });
    assert!(worst <= tolerance * top, "{what}: {worst:e} off, of {top:e}");
}

/// What a computation gives on the adapter is what it gives on the CPU.
#[track_caller]
fn assert_parity(what: &str, compute: impl Fn(&Device) -> Vec<Vec<f32>>) {
    let (on_gpu, on_cpu) = (compute(&GPU.device), compute(&Device::flex()));
    GPU.check().expect("a device without complaints");
    assert_eq!(on_gpu.len(), on_cpu.len());
    for (index, (gpu, cpu)) in on_gpu.iter().zip(&on_cpu).enumerate() {
        assert_close(&format!("{what}, result {index}"), gpu, cpu, 1e-5);
    }
}

#[test]
fn linear_is_its_oracle() {
    let mut cases = Cases::new(1);
    for case in 0..30 {
        let [m, k, n] = [cases.size(150), cases.size(90), cases.size(90)];
        let slope = [1.0, 0.0, 0.01][case % 3];
        let (x, w, b, dy) = (cases.values(m * k), cases.values(k * n), cases.values(n), cases.values(m * n));
        let what = format!("{m} x {k} x {n}, slope {slope}");
        let operands = || (cpu::tensor(x.clone(), [m, k]), cpu::tensor(w.clone(), [k, n]), cpu::tensor(b.clone(), [n]));
        let (fx, fw, fb) = operands();
        let expected = linear::composed::<Flex>(fx, fw, fb, slope);
        let (fx, fw, fb) = operands();
        assert_close(&what, &flex(Flex::linear_act(fx, fw, fb, slope)), &flex(expected.clone()), 1e-5);
        let dy_tensor = || cpu::tensor(dy.clone(), [m, n]);
        let (dz, db) = linear::composed_backward::<Flex>(expected.clone(), dy_tensor(), slope);
        let (found_dz, found_db) = Flex::linear_act_backward(expected, dy_tensor(), slope);
        assert_close(&what, &flex(found_dz), &flex(dz), 1e-5);
        assert_close(&what, &flex(found_db), &flex(db), 1e-5);
        assert_parity(&what, |device| {
            let device = device.clone().autodiff();
            let x = tensor(&x, [m, k], &device).require_grad();
            let w = tensor(&w, [k, n], &device).require_grad();
            let b = tensor(&b, [n], &device).require_grad();
            let y = linear(x.clone(), w.clone(), b.clone(), slope);
            let mut found = (y.clone() * tensor(&dy, [m, n], &device)).sum().backward();
            let gradients =
                [x.grad_remove(&mut found), w.grad_remove(&mut found)].map(|gradient| read(gradient.unwrap()));
            let db = read(b.grad_remove(&mut found).unwrap());
            [vec![read(y)], gradients.to_vec(), vec![db]].concat()
        });
    }
}

#[test]
fn matmul_is_its_oracle() {
    let mut cases = Cases::new(8);
    LazyLock::force(&GPU);
    let tilings = tiling::Tiling::possible().collect::<Vec<_>>();
    assert_eq!(tilings.len(), 5, "all tilings need an adapter with subgroups, such as Mesa's lavapipe");
    for case in 0..25 {
        let tiling = tilings[case % tilings.len()];
        // Some with a sum so long that it is divided.
        let long = if case % 6 == 0 { 700 } else { 40 };
        let [batch, m, k, n] = [cases.size(12), cases.size(90), cases.size(long), cases.size(90)];
        // Some by fours, which are read so, and some that only seem to be.
        let fours = |size: usize| size.next_multiple_of(4);
        let [m, k, n] = [[fours(m), fours(k), fours(n)], [fours(m), k | 1, fours(n)], [m, k, n]][case / 5 % 3];
        let (a, b, dc) = (cases.values(batch * m * k), cases.values(batch * k * n), cases.values(batch * m * n));
        let what = format!("{tiling}, {batch} of {m} x {k} x {n}");
        let columns = |matrices: &[f32], [rows, cols]: [usize; 2]| {
            let at = move |i: usize| i / (rows * cols) * rows * cols + i % rows * cols + i % (rows * cols) / rows;
            (0..matrices.len()).map(|i| matrices[at(i)]).collect::<Vec<_>>()
        };
        let operand = |values: &[f32], [rows, cols]: [usize; 2], transposed: bool| match transposed {
            false => (values.to_vec(), [batch, rows, cols]),
            true => (columns(values, [rows, cols]), [batch, cols, rows]),
        };
        let expected = (0..batch * m * n).map(|i| {
            let (z, row, col) = (i / (m * n), i / n % m, i % n);
            (0..k).map(|j| a[(z * m + row) * k + j] * b[(z * k + j) * n + col]).sum::<f32>()
        });
        let expected = expected.collect::<Vec<_>>();
        for transposed in [[false, false], [true, false], [false, true], [true, true]] {
            let (a, b) = (operand(&a, [m, k], transposed[0]), operand(&b, [k, n], transposed[1]));
            let found = Flex::products(cpu::tensor(a.0, a.1), cpu::tensor(b.0, b.1), transposed);
            assert_close(&what, &flex(found), &expected, 1e-5);
        }
        tiling::force(Some(tiling));
        assert_parity(&what, |device| {
            let device = device.clone().autodiff();
            let a = tensor(&a, [batch, m, k], &device).require_grad();
            let b = tensor(&b, [batch, k, n], &device).require_grad();
            let c = matmul::matmul(a.clone(), b.clone());
            let mut found = (c.clone() * tensor(&dc, [batch, m, n], &device)).sum().backward();
            vec![read(c), read(a.grad_remove(&mut found).unwrap()), read(b.grad_remove(&mut found).unwrap())]
        });
        tiling::force(None);
    }
}

#[test]
fn layer_norm_is_its_oracle() {
    let mut cases = Cases::new(2);
    for _ in 0..30 {
        let (rows, width) = (cases.size(200), 1 + cases.size(300));
        let (x, dy) = (cases.values(rows * width), cases.values(rows * width));
        let (gamma, beta) = (cases.values(width), cases.values(width));
        let what = format!("{rows} x {width}");
        let [fx, fdy] = [&x, &dy].map(|values| cpu::tensor(values.clone(), [rows, width]));
        let [fgamma, fbeta] = [&gamma, &beta].map(|values| cpu::tensor(values.clone(), [width]));
        let expected = layer_norm::composed::<Flex>(fx.clone(), fgamma.clone(), fbeta.clone());
        assert_close(&what, &flex(Flex::row_norm(fx.clone(), fgamma.clone(), fbeta)), &flex(expected), 1e-5);
        let expected = layer_norm::composed_dx::<Flex>(fx.clone(), fgamma.clone(), fdy.clone());
        assert_close(&what, &flex(Flex::row_norm_dx(fx.clone(), fgamma, fdy.clone())), &flex(expected), 1e-4);
        let (dgamma, dbeta) = layer_norm::composed_dparams::<Flex>(fx.clone(), fdy.clone());
        let found = Flex::row_norm_dparams(fx, fdy);
        assert_close(&what, &flex(found.0), &flex(dgamma), 1e-5);
        assert_close(&what, &flex(found.1), &flex(dbeta), 1e-5);
        assert_parity(&what, |device| {
            let device = device.clone().autodiff();
            let x = tensor(&x, [rows, width], &device).require_grad();
            let [gamma, beta] = [&gamma, &beta].map(|values| tensor(values, [width], &device).require_grad());
            let y = layer_norm(x.clone(), gamma.clone(), beta.clone());
            let mut found = (y.clone() * tensor(&dy, [rows, width], &device)).sum().backward();
            let dx = read(x.grad_remove(&mut found).unwrap());
            let [dgamma, dbeta] = [gamma, beta].map(|parameter| read(parameter.grad_remove(&mut found).unwrap()));
            vec![read(y), dx, dgamma, dbeta]
        });
    }
}

/// Ragged sentences, full and empty ones, causal or not, with dropout or without.
#[test]
fn attention_is_its_oracle() {
    let mut cases = Cases::new(3);
    for case in 0..40 {
        let (batch, heads, head) = (cases.size(5), cases.size(4), 4 * cases.size(4));
        let (queries, keys, width) = (cases.size(20), cases.size(20), heads * head);
        let lengths = (0..batch).map(|_| cases.0.below(keys + 1)).collect::<Vec<_>>();
        let dropout = (case % 4 < 2).then(|| Mask::new(0.3, [case as u32, 77]).starting_at(case as u32 * 1000));
        let attention = Attention { batch, width, heads, causal: case % 2 == 0, dropout };
        let (q, kv) = (cases.values(batch * queries * width), cases.values(batch * keys * 2 * width));
        let dy = cases.values(batch * queries * width);
        let what = format!("{attention:?}, {queries} queries, {keys} keys, {lengths:?}");
        let operands = || {
            let q = cpu::tensor(q.clone(), [batch * queries, width]);
            (q, cpu::tensor(kv.clone(), [batch * keys, 2 * width]), flex_integers(&lengths))
        };
        let (fq, fkv, fl) = operands();
        let expected = attention::composed::forward::<Flex>(fq, fkv, fl, attention);
        let (fq, fkv, fl) = operands();
        assert_close(&what, &flex(Flex::attend(fq, fkv, fl, attention)), &flex(expected), 1e-5);
        let fdy = || cpu::tensor(dy.clone(), [batch * queries, width]);
        let (fq, fkv, fl) = operands();
        let (dq, dkv) = attention::composed::backward::<Flex>(fq, fkv, fl, fdy(), attention);
        let (fq, fkv, fl) = operands();
        let found = Flex::attend_backward(fq, fkv, fl, fdy(), attention);
        assert_close(&what, &flex(found.0), &flex(dq), 1e-5);
        assert_close(&what, &flex(found.1), &flex(dkv), 1e-5);
        assert_parity(&what, |device| {
            let device = device.clone().autodiff();
            let q = tensor(&q, [batch * queries, width], &device).require_grad();
            let kv = tensor(&kv, [batch * keys, 2 * width], &device).require_grad();
            let lengths = integers(&lengths, &device.clone().without_autodiff());
            let y = cross_attention(q.clone(), kv.clone(), lengths, attention);
            let mut found = (y.clone() * tensor(&dy, [batch * queries, width], &device)).sum().backward();
            vec![read(y), read(q.grad_remove(&mut found).unwrap()), read(kv.grad_remove(&mut found).unwrap())]
        });
    }
}

/// Queries, keys and values in one tensor are the same as in two.
#[test]
fn self_attention_is_cross_attention_of_its_parts() {
    let mut cases = Cases::new(4);
    for case in 0..10 {
        let (batch, heads, length) = (cases.size(4), cases.size(3), cases.size(12));
        let (width, rows) = (heads * 8, batch * length);
        let lengths = (0..batch).map(|_| 1 + cases.0.below(length)).collect::<Vec<_>>();
        let attention = Attention { batch, width, heads, causal: case % 2 == 0, dropout: None };
        let (qkv, dy) = (cases.values(rows * 3 * width), cases.values(rows * width));
        let compute = |device: &Device, apart: bool| {
            let device = device.clone().autodiff();
            let lengths = integers(&lengths, &device.clone().without_autodiff());
            let x = tensor(&qkv, [rows, 3 * width], &device).require_grad();
            let y = match apart {
                false => self_attention(x.clone(), lengths, attention),
                true => {
                    let (q, kv) = (x.clone().narrow(1, 0, width), x.clone().narrow(1, width, 2 * width));
                    cross_attention(q, kv, lengths, attention)
                }
            };
            let mut found = (y.clone() * tensor(&dy, [rows, width], &device)).sum().backward();
            vec![read(y), read(x.grad_remove(&mut found).unwrap())]
        };
        let what = format!("{attention:?}, {length} long, {lengths:?}");
        let (together, apart) = (compute(&Device::flex(), false), compute(&Device::flex(), true));
        together.iter().zip(&apart).for_each(|(found, expected)| assert_close(&what, found, expected, 1e-6));
        assert_parity(&what, |device| compute(device, false));
    }
}

#[test]
fn cross_entropy_is_its_oracle() {
    let mut cases = Cases::new(5);
    for case in 0..30 {
        // A row wider than a workgroup among them, and more rows than one dimension of workgroups has.
        let (rows, vocab) = match case {
            0 => (65_537, 4),
            _ => (cases.size(150), 3 + cases.size(if case % 4 == 0 { 1500 } else { 200 })),
        };
        let (smoothing, scale) = ([0.1, 0.0, 0.3][case % 3], 0.25);
        // Some so far apart that their powers overflow, unless taken about the maximum.
        let spread = if case % 4 == 3 { 60.0 } else { 5.0 };
        let logits = cases.values(rows * vocab).iter().map(|value| value * spread).collect::<Vec<_>>();
        let targets = (0..rows).map(|_| cases.0.below(vocab)).collect::<Vec<_>>();
        let what = format!("{rows} x {vocab}, smoothing {smoothing}");
        let flogits = || cpu::tensor(logits.clone(), [rows, vocab]);
        let expected = cross_entropy::composed::<Flex>(flogits(), flex_integers(&targets), smoothing, scale);
        let found = Flex::smoothed_loss_and_gradient(flogits(), flex_integers(&targets), smoothing, scale);
        assert_close(&what, &flex(found.0), &flex(expected.0), 1e-5);
        assert_close(&what, &flex(found.1), &flex(expected.1), 1e-5);
        assert_parity(&what, |device| {
            let targets = integers(&targets, device);
            let device = device.clone().autodiff();
            let x = tensor(&logits, [rows, vocab], &device).require_grad();
            let loss = cross_entropy(x.clone(), targets, smoothing, scale);
            let mut found = (loss.clone() * 2.0).backward();
            vec![read(loss), read(x.grad_remove(&mut found).unwrap())]
        });
    }
}

/// The same elements are dropped on every device, and the gradient knows them.
#[test]
fn dropout_is_its_oracle() {
    let mut cases = Cases::new(6);
    for case in 0..10 {
        let count = 1 + cases.0.below(20_000);
        let (x, mask) =
            (cases.values(count), Mask::new(0.1 * case as f32, [case as u32, 5]).starting_at(case as u32 * 70_000));
        let fx = || cpu::tensor(x.clone(), [count]);
        let expected = flex(dropout::composed::<Flex>(fx(), mask));
        assert_eq!(flex(Flex::masked(fx(), mask)), expected);
        let kept = expected.iter().filter(|value| **value != 0.0).count() as f64 / count as f64;
        let (p, spread) = (0.1 * case as f64, 4.0 / (count as f64).sqrt());
        assert!((kept - (1.0 - p)).abs() <= spread, "{kept} kept of {count} at {p}");
        let is_scaled = |(x, y): (&f32, &f32)| *y == 0.0 || (y * (1.0 - p as f32) - x).abs() <= 1e-5 * x.abs();
        assert!(x.iter().zip(&expected).all(is_scaled), "the kept are multiplied by 1 / (1 - {p})");
        assert_parity("dropout", |device| {
            let x = tensor(&x, [count], &device.clone().autodiff()).require_grad();
            let y = dropout(x.clone(), mask);
            let mut found = (y.clone() * y.clone()).sum().backward();
            vec![read(y), read(x.grad_remove(&mut found).unwrap())]
        });
    }
}

/// Tables of one row and of many, ids that many rows have and that none has; with the ids on the host and without.
#[test]
fn embedding_is_its_oracle() {
    let mut cases = Cases::new(10);
    for case in 0..30 {
        let (batch, length) = (cases.size(9), cases.size(30));
        let (rows, width, vocab) = (batch * length, cases.size(140), cases.size(600));
        // Few of them, so that they come again.
        let said = cases.size(vocab);
        let ids = (0..rows).map(|_| vocab - 1 - cases.0.below(said)).collect::<Vec<_>>();
        let (table, positions) = (cases.values(vocab * width), cases.values(length * width));
        let (dy, scale) = (cases.values(rows * width), [11.5, 1.0][case % 2]);
        let what = format!("{batch} of {length} x {width}, {said} of {vocab} ids");
        let host = ids.iter().map(|&id| id as i32).collect::<Vec<_>>();
        let lookup = |known: bool| Lookup { scale, ids: known.then(|| host.as_slice().into()) };
        let operands = || {
            let table = cpu::tensor(table.clone(), [vocab, width]);
            (table, flex_integers(&ids), cpu::tensor(positions.clone(), [length, width]))
        };
        // The same bits on the CPU: an addition is an addition, in the same order.
        let (ft, fi, fp) = operands();
        let expected = flex(embedding::composed::<Flex>(ft, fi, fp, scale));
        let (ft, fi, fp) = operands();
        assert_eq!(flex(Flex::looked_up(ft, fi, fp, lookup(true))), expected, "{what}");
        let fdy = || cpu::tensor(dy.clone(), [rows, width]);
        let expected = flex(embedding::composed_backward::<Flex>(fdy(), flex_integers(&ids), scale, vocab));
        let found = Flex::looked_up_backward(fdy(), flex_integers(&ids), lookup(true), vocab);
        assert_eq!(flex(found), expected, "{what}");
        assert_parity(&what, |device| {
            let (ids, positions) = (integers(&ids, device), tensor(&positions, [length, width], device));
            let device = device.clone().autodiff();
            let table = tensor(&table, [vocab, width], &device).require_grad();
            let y = embedding(table.clone(), ids, positions, lookup(case % 5 > 0));
            let mut found = (y.clone() * tensor(&dy, [rows, width], &device)).sum().backward();
            vec![read(y), read(table.grad_remove(&mut found).unwrap())]
        });
    }
}

/// The same places on every device: the first of the largest, whatever stands before the first column that counts.
#[test]
fn largest_is_its_oracle() {
    let mut cases = Cases::new(9);
    for case in 0..30 {
        // A row wider than a workgroup among them, and more rows than one dimension of workgroups has.
        let (rows, columns) = match case {
            0 => (65_537, 5),
            _ => (cases.size(70), 3 + cases.size(if case % 2 == 0 { 1500 } else { 200 })),
        };
        // Few values, so that many are equal; some all below 0, and some the lowest last.
        let lift = [0.0, -9.0, 1e30][case % 3];
        let x = (0..rows * columns).map(|_| cases.0.below(40) as f32 / 8.0 + lift).collect::<Vec<_>>();
        let first = cases.0.below(3);
        let expected = x.chunks(columns).map(|row| {
            let places = (first..columns).rev();
            places.reduce(|best, at| if row[at] >= row[best] { at } else { best }).unwrap() as i32
        });
        let expected = expected.collect::<Vec<_>>();
        for device in [&Device::flex(), &GPU.device] {
            let found = largest(tensor(&x, [rows, columns], device), first).into_data();
            let found = found.iter::<i32>().collect::<Vec<_>>();
            assert_eq!(found, expected, "{rows} x {columns} from {first} on {device:?}");
        }
    }
    GPU.check().expect("a device without complaints");
}
