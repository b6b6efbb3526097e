//! The same on a graphics adapter: a dispatch for all that sums columns, one for each matrix, and one for all that is no matrix. For
//! that biases and norms of a net lie in one buffer from its first step on, and so do the two matrices of a pair.

use super::{Form, RenewOps};
use crate::kernels::{
    adam::Step,
    gpu::{self, COLUMNS, Scalar, Text, Wgsl, shader},
    matmul::{
        self, Operand,
        tiling::{Size, Tiling},
    },
    pack::{Packed, Tensors},
};
use burn::backend::{
    Cube,
    tensor::FloatTensor,
    wgpu::{CubeTensor, into_contiguous},
};
use std::vec::IntoIter;

/// A form with its tensors.
struct Group {
    form: Form,
    weights: Packed,
    moments: Packed,
    /// Where in the list of all that is no matrix its norms begin, scales before shifts, or its biases where it has none.
    first: usize,
    x: CubeTensor,
    dy: CubeTensor,
    /// What is summed where that is not the gradient.
    sums: Option<CubeTensor>,
    product: Product,
}

/// The product that makes the gradient of a matrix, one for each place or one for each of a pair.
#[derive(Clone, Copy)]
struct Product {
    size: Size,
    /// Asked for once: the norm's gradients lie as it divides them.
    tiling: Tiling,
    /// Those that there are, and those that have rows of a matrix.
    counts: [usize; 2],
}

impl Product {
    /// In how many parts the norm's gradients come: one a group of columns.
    fn shares(self) -> usize {
        self.tiling.workgroups(self.size)[0]
    }
}

/// What lies in the scratch buffer for a group: the sums of its columns, with places `more` before them, and behind these each
/// workgroup's part of its norm's gradients, `[parts, 2, inputs]`.
#[derive(Clone, Copy)]
struct Room {
    more: usize,
    sums: usize,
    shares: usize,
    end: usize,
}

impl Group {
    fn next(
        form: Form,
        parameters: &mut IntoIter<CubeTensor>,
        data: &mut IntoIter<CubeTensor>,
        small: &mut Small,
    ) -> Self {
        let mut taken = || parameters.next().expect("a tensor for each part of a form");
        let first = small.values.len();
        for _ in 0..2 * form.norms() {
            small.values.push(taken());
            small.moments.push(taken());
        }
        let (mut weights, mut moments) = (Vec::new(), Vec::new());
        for _ in 0..form.matrices() {
            weights.push(taken());
            moments.push(taken());
            small.values.push(taken());
            small.moments.push(taken());
        }
        let [inputs, n] = gpu::dims(&weights[0]);
        let (weights, moments) = (Packed::owned(weights), Packed::owned(moments));
        let mut taken = || into_contiguous(data.next().expect("a tensor for each part of a form"));
        let (x, dy) = (taken(), taken());
        let sums = (form == Form::Places).then(taken);
        let (m, k, counts) = match form {
            Form::Places => {
                let [places, batch, features] = gpu::dims(&x);
                (features, batch, [places, inputs / features])
            }
            _ => (inputs, gpu::dims::<2>(&dy)[0] / form.matrices(), [form.matrices(); 2]),
        };
        let size = Size { m, n, k };
        let product = Product { size, tiling: Tiling::of(size).with_long_epilogue(), counts };
        Self { form, weights, moments, first, x, dy, sums, product }
    }

    /// Rows of a matrix.
    fn inputs(&self) -> usize {
        let Product { size, counts, .. } = self.product;
        if self.form == Form::Places { size.m * counts[1] } else { size.m }
    }

    fn room(&self, from: usize) -> Room {
        let n = self.product.size.n;
        let sums = from + if self.form == Form::Places { n } else { 0 };
        let shares = sums + self.form.matrices() * n;
        let parts = if self.form.norms() > 0 { self.form.matrices() * self.product.shares() } else { 0 };
        Room { more: from, sums, shares, end: shares + parts * 2 * self.inputs() }
    }
}

/// All that is no matrix.
#[derive(Default)]
struct Small {
    values: Vec<CubeTensor>,
    moments: Vec<CubeTensor>,
}

impl RenewOps for Cube {
    fn renewed(
        parameters: Tensors<Self>,
        data: Tensors<Self>,
        forms: Vec<Form>,
        step: Step,
    ) -> (Tensors<Self>, FloatTensor<Self>) {
        let (mut parameters, mut data, mut small) = (parameters.0.into_iter(), data.0.into_iter(), Small::default());
        let groups = forms.into_iter().map(|form| Group::next(form, &mut parameters, &mut data, &mut small));
        let groups = groups.collect::<Vec<_>>();
        let (values, moments) = (Packed::owned(small.values), Packed::owned(small.moments));
        let losses = into_contiguous(data.next().expect("the losses"));
        let mut end = 0;
        let rooms = groups.iter().map(|group| {
            let room = group.room(end);
            end = room.end;
            room
        });
        let rooms = rooms.collect::<Vec<_>>();
        let scratch = gpu::empty(&losses, [end]);
        let loss = sum_columns(&groups, &rooms, losses, &scratch);
        for (group, room) in groups.iter().zip(&rooms) {
            match group.form {
                Form::Linear => renew_linear(group, step),
                _ => renew_weight(group, *room, &values, &scratch, step),
            }
        }
        renew_small(&groups, &rooms, [&values, &moments], &scratch, step);
        let part = |index: usize| [values.part(index), moments.part(index)];
        let parts = groups.iter().flat_map(|group| {
            let biases = group.first + 2 * group.form.norms();
            let norms = (group.first..biases).flat_map(part);
            let matrices = (0..group.form.matrices()).flat_map(move |index| {
                [group.weights.part(index), group.moments.part(index)].into_iter().chain(part(biases + index))
            });
            norms.chain(matrices)
        });
        (Tensors(parts.collect()), loss)
    }
}

/// Sums the columns of all gradients into the scratch buffer; gives the sum of the losses, `[1]`.
fn sum_columns(groups: &[Group], rooms: &[Room], losses: CubeTensor, scratch: &CubeTensor) -> CubeTensor {
    /// As many as the text has.
    const MATRICES: usize = 5;
    let (mut tensors, mut table, mut blocks) = (Vec::new(), Vec::new(), 0);
    let mut add = |which: usize, base: usize, [rows, columns, values]: [usize; 3], out: usize, is_loss: bool| {
        table.extend([which, base, rows, columns, out, blocks, values, usize::from(is_loss)].map(Scalar::Int));
        blocks += columns.div_ceil(COLUMNS[0]);
    };
    for (group, room) in groups.iter().zip(rooms) {
        let summed = group.sums.as_ref().unwrap_or(&group.dy);
        let matrices = group.form.matrices();
        let [rows, columns] = gpu::dims(summed);
        let rows = rows / matrices;
        for index in 0..matrices {
            let size = [rows, columns, rows * columns];
            add(tensors.len(), index * rows * columns, size, room.more + index * columns, false);
        }
        tensors.push(summed.clone());
    }
    let values = losses.meta.shape().num_elements();
    add(tensors.len(), 0, [values.div_ceil(COLUMNS[0]), COLUMNS[0], values], 0, true);
    tensors.push(losses);
    assert!(tensors.len() <= MATRICES, "a net of at most three hidden layers");
    // What is not there is not read.
    tensors.resize(MATRICES, tensors[0].clone());
    let (mut kernel, _) = gpu::by_columns("column_sums", shader!("column_sums.wgsl"), 1);
    kernel.words.push(("entries", table.len() / 4));
    // In a buffer of its own, since it is kept longer than the rest.
    let loss = gpu::empty(scratch, [1]);
    let tensors = tensors.iter().chain([scratch, &loss]).collect::<Vec<_>>();
    gpu::launch(kernel, [blocks, 1, 1], &tensors, &table);
    loss
}

/// Changes the matrices behind norms, which are of `values`, in place, and gives the norms' gradients to `scratch`.
fn renew_weight(group: &Group, room: Room, values: &Packed, scratch: &CubeTensor, step: Step) {
    let Product { size, tiling, counts } = group.product;
    let ([across, down], Size { m, n, k }) = (tiling.workgroups(size), size);
    let (first, norms) = (group.first, group.form.norms());
    let [gamma, beta] = [first, first + norms].map(|first| values.parts(first..first + norms));
    let a = Operand::new(group.x.clone(), m, true);
    let is_shared = group.form != Form::Places && gpu::dims::<2>(&group.x)[0] == k;
    let (a, b) = (if is_shared { a.every(0) } else { a }, Operand::new(group.dy.clone(), n, false));
    let mut kernel = renewal("renew_weight", shader!("renew_weight.wgsl"), group.product, [&a, &b]);
    kernel.words.push(("by_places", usize::from(group.form == Form::Places)));
    // From one product's to the next one's: of matrix, moments, norm, sums and the norm's gradients.
    let strides = match group.form {
        Form::Places => [m * n, 2 * m * n, m, 0, m],
        _ => {
            let norm = if norms > 1 { values.starts[first + 1] - values.starts[first] } else { 0 };
            [group.weights.stride(), group.moments.stride(), norm, n, group.product.shares() * 2 * m]
        }
    };
    let places = [counts[0], group.inputs(), room.more, room.sums, room.shares].into_iter().chain(strides);
    let sizes = matmul::scalars(size, [&a, &b], 1).into_iter().chain(places.map(Scalar::Int));
    let scalars = sizes.chain(step.scalars()).collect::<Vec<_>>();
    let tensors = [a.tensor(), b.tensor(), &group.weights.whole, &group.moments.whole, &gamma, &beta, scratch];
    gpu::launch(kernel, [across, down, counts[1]], &tensors, &scalars);
}

/// The same of a matrix that has no norm before it.
fn renew_linear(group: &Group, step: Step) {
    let Product { size, tiling, .. } = group.product;
    let [across, down] = tiling.workgroups(size);
    let (a, b) = (Operand::new(group.x.clone(), size.m, true), Operand::new(group.dy.clone(), size.n, false));
    let kernel = renewal("renew_linear", shader!("renew_linear.wgsl"), group.product, [&a, &b]);
    let scalars = matmul::scalars(size, [&a, &b], 1).into_iter().chain(step.scalars()).collect::<Vec<_>>();
    let tensors = [a.tensor(), b.tensor(), &group.weights.whole, &group.moments.whole];
    gpu::launch(kernel, [across, down, 1], &tensors, &scalars);
}

/// A product with a step of Adam where its output is in registers. Where rows are of fours, a matrix is changed by these.
fn renewal(name: &'static str, text: Text, Product { size, tiling, .. }: Product, operands: [&Operand; 2]) -> Wgsl {
    let fours = size.n % 4 == 0;
    let access = if fours { shader!("shared/renew_fours.wgsl") } else { shader!("shared/renew_ones.wgsl") };
    let mut kernel = matmul::accumulation(name, &[text, access, shader!("shared/renew.wgsl")], tiling, size, operands);
    kernel.words.push(("rows_of_fours", usize::from(fours)));
    kernel
}

/// Changes all that is no matrix, from what the scratch buffer holds of its gradients.
fn renew_small(groups: &[Group], rooms: &[Room], [values, moments]: [&Packed; 2], scratch: &CubeTensor, step: Step) {
    // Where the parts of a gradient begin, how many they are, and how far one is from the next.
    let gradients = groups.iter().zip(rooms).flat_map(|(group, room)| {
        let (norms, matrices) = (group.form.norms(), group.form.matrices());
        let (inputs, n) = (group.inputs(), group.product.size.n);
        // Of each norm: those of all matrices behind it.
        let parts = group.product.shares() * matrices / norms.max(1);
        let of_norm = move |part: usize, norm: usize| {
            [room.shares + (norm * parts * 2 + part) * inputs, parts, 2 * inputs, inputs]
        };
        let of_norms = (0..2).flat_map(move |part| (0..norms).map(move |norm| of_norm(part, norm)));
        of_norms.chain((0..matrices).map(move |index| [room.sums + index * n, 1, 0, n]))
    });
    let entries = gradients.zip(values.starts.iter().zip(&moments.starts));
    let table = entries.flat_map(|([first, parts, next, count], (value, moment))| {
        [*value, count, *moment, 0, first, parts, next, 0].map(Scalar::Int)
    });
    let adam = step.scalars().into_iter().chain([Scalar::Int(0); 3]);
    let scalars = adam.chain(table).collect::<Vec<_>>();
    let words = vec![("entries", scalars.len() / 4 - 2)];
    let kernel = Wgsl { name: "renew_small", texts: vec![shader!("renew_small.wgsl")], words, workgroup: [64, 1] };
    let [length] = gpu::dims(&values.whole);
    gpu::launch(kernel, [length.div_ceil(64), 1, 1], &[scratch, &values.whole, &moments.whole], &scalars);
}
