//! Values that PyTorch wrote; the scripts are in `tests/golden/`.

use attentionless::checkpoint::{Checkpoint, HostTensor};
use burn::tensor::{Device, Tensor, TensorData};
use safetensors::{Dtype, SafeTensors};
use std::{collections::BTreeMap, fs, path::Path};

/// The tensors of one file.
pub struct Golden(BTreeMap<String, HostTensor>);

impl Golden {
    pub fn open(name: &str) -> Self {
        // At run time: the program may have been built from another checkout into the same target folder.
        let root = std::env::var("CARGO_MANIFEST_DIR").unwrap();
        let bytes = fs::read(Path::new(&root).join("tests/golden").join(name)).unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let tensor = |view: &safetensors::tensor::TensorView| {
            let values = match view.dtype() {
                Dtype::F32 => view.data().chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect(),
                Dtype::I64 => view.data().chunks(8).map(|b| i64::from_le_bytes(b.try_into().unwrap()) as f32).collect(),
                other => panic!("{other:?}"),
            };
            HostTensor { shape: view.shape().to_vec(), values }
        };
        Self(tensors.tensors().iter().map(|(name, view)| (name.clone(), tensor(view))).collect())
    }

    pub fn host(&self, name: &str) -> &HostTensor {
        self.0.get(name).unwrap_or_else(|| panic!("no {name}; there are {:?}", self.0.keys()))
    }

    pub fn values(&self, name: &str) -> &[f32] {
        &self.host(name).values
    }

    /// Rows of ids, up to the padding.
    pub fn ids(&self, name: &str) -> Vec<Vec<u32>> {
        let tensor = self.host(name);
        let row = |row: &[f32]| row.iter().map(|&id| id as u32).take_while(|&id| id != 0).collect();
        tensor.values.chunks(tensor.shape[1]).map(row).collect()
    }

    pub fn tensor<const D: usize>(&self, name: &str, device: &Device) -> Tensor<D> {
        let tensor = self.host(name);
        Tensor::from_data(TensorData::new(tensor.values.clone(), tensor.shape.clone()), device)
    }

    /// All tensors under a prefix, as a checkpoint.
    pub fn checkpoint(&self, prefix: &str) -> Checkpoint {
        let mut all = Checkpoint { tensors: self.0.clone(), ..Checkpoint::default() };
        all.split_off(prefix)
    }
}

/// The largest difference, relative to the largest expected value.
pub fn distance(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let top = expected.iter().fold(1e-6f32, |top, value| top.max(value.abs()));
    found.iter().zip(expected).fold(0.0f32, |worst, (a, b)| {
        let difference = (a - b).abs();
        assert!(difference.is_finite(), "{a} against {b}");
        worst.max(difference)
    }) / top
}

pub fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    let distance = distance(found, expected);
    assert!(distance <= tolerance, "{what}: {distance:e} apart, allowed {tolerance:e}");
}

/// A matrix of ours, which lies transposed, as PyTorch has it in this shape; vectors as they are.
pub fn transposed(values: Vec<f32>, shape: &[usize]) -> Vec<f32> {
    match *shape {
        [rows, cols] => (0..rows * cols).map(|i| values[i % cols * rows + i / cols]).collect(),
        _ => values,
    }
}

/// A tensor's values.
pub fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    pollster::block_on(attentionless::checkpoint::read(tensor)).unwrap()
}
