//! Weights as `.safetensors`, of 32 bits or 16 a value, with PyTorch's names and `[outputs, inputs]` shapes, whatever burn makes of them inside.

use crate::parameters::{Named, Path, flat};
use burn::{
    backend::ExecutionError,
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{Device, Shape, Tensor, TensorData, f16},
};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use std::collections::{BTreeMap, HashMap};

/// Tensors by name, in the host's memory, and words that go with them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checkpoint {
    pub tensors: BTreeMap<String, HostTensor>,
    pub metadata: HashMap<String, String>,
}

/// Values in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct HostTensor {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// Why weights could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    #[error("not a safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    #[error("tensor {name} is {found:?}, expected F32 or F16")]
    Type { name: String, found: Dtype },
    #[error("tensor {name} is missing")]
    Missing { name: String },
    #[error("tensor {name} should be {expected}, is {found}")]
    Shape { name: String, expected: String, found: String },
    #[error("tensor {name} does not belong here")]
    Extra { name: String },
    #[error("tensor {name} holds a value that is not finite")]
    NotFinite { name: String },
    #[error("tensor {name} holds {value}, which is too large for 16 bits")]
    TooLargeForHalf { name: String, value: f32 },
    #[error("the metadata has no `{0}`")]
    Metadata(&'static str),
    #[error("the device gave no values back: {0}")]
    Device(#[from] ExecutionError),
}

impl Checkpoint {
    /// The parameters of a module, read back from its device.
    pub async fn of<M: Module>(module: &M) -> Result<Self, CheckpointError> {
        struct Collect {
            path: Path,
            found: Vec<(String, Shape, Tensor<1>)>,
        }
        impl ModuleVisitor for Collect {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                let tensor = param.val().without_autodiff();
                self.found.push((self.path.name(), tensor.shape(), flat(tensor)));
            }

            fn enter_module(&mut self, name: &str, container: &str) {
                self.path.enter(name, container);
            }

            fn exit_module(&mut self, _: &str, container: &str) {
                self.path.exit(container);
            }
        }
        let mut collect = Collect { path: Path::default(), found: Vec::new() };
        module.visit(&mut collect);
        let mut checkpoint = Self::default();
        for (name, shape, tensor) in collect.found {
            let inside = HostTensor { shape: shape.to_vec(), values: read(tensor).await? };
            let outside = if is_matrix(&name, &inside.shape) { inside.transposed() } else { inside };
            checkpoint.tensors.insert(name, outside);
        }
        Ok(checkpoint)
    }

    /// Puts these tensors into a module, after checking that names and shapes are the module's, no more and no less.
    pub fn into_module<M: Module>(self, module: M) -> Result<M, CheckpointError> {
        struct Fill {
            path: Path,
            tensors: BTreeMap<String, HostTensor>,
            error: Option<CheckpointError>,
        }
        impl ModuleMapper for Fill {
            fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
                let name = self.path.name();
                let expected = param.lazy_shape().to_vec();
                match self.tensors.remove(&name).ok_or(CheckpointError::Missing { name: name.clone() }) {
                    Ok(found) => match found.fitting(&name, &expected) {
                        Ok(values) => param.map(|old| {
                            let data = TensorData::new(values, Shape::from(expected));
                            let new = Tensor::from_data(data, &old.device());
                            if old.is_require_grad() { new.require_grad() } else { new }
                        }),
                        Err(error) => self.failed(error, param),
                    },
                    Err(error) => self.failed(error, param),
                }
            }

            fn enter_module(&mut self, name: &str, container: &str) {
                self.path.enter(name, container);
            }

            fn exit_module(&mut self, _: &str, container: &str) {
                self.path.exit(container);
            }
        }
        impl Fill {
            fn failed<const D: usize>(&mut self, error: CheckpointError, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
                self.error.get_or_insert(error);
                param
            }
        }
        let mut fill = Fill { path: Path::default(), tensors: self.tensors, error: None };
        let module = module.map(&mut fill);
        match (fill.error, fill.tensors.into_keys().next()) {
            (Some(error), _) => Err(error),
            (None, Some(name)) => Err(CheckpointError::Extra { name }),
            (None, None) => Ok(module),
        }
    }

    /// Adds flattened tensors, such as the moments of an optimizer, under `prefix`.
    pub async fn with(mut self, prefix: &str, named: &Named) -> Result<Self, CheckpointError> {
        for (name, tensor) in named {
            let values = read(tensor.clone()).await?;
            let tensor = HostTensor { shape: vec![values.len()], values };
            self.tensors.insert(format!("{prefix}{name}"), tensor);
        }
        Ok(self)
    }

    /// Takes out what [`Self::with`] put in.
    pub fn take(&mut self, prefix: &str, device: &Device) -> Named {
        let tensor = |(name, tensor): (String, HostTensor)| {
            let count = tensor.values.len();
            (name, Tensor::from_data(TensorData::new(tensor.values, [count]), device))
        };
        self.split_off(prefix).tensors.into_iter().map(tensor).collect()
    }

    /// Takes out the tensors whose names begin with `prefix`, without it.
    pub fn split_off(&mut self, prefix: &str) -> Self {
        let tensors = std::mem::take(&mut self.tensors).into_iter();
        let (with, without) = tensors.partition::<BTreeMap<_, _>, _>(|(name, _)| name.starts_with(prefix));
        self.tensors = without;
        Self { tensors: with, ..Self::default() }.unprefixed(prefix)
    }

    /// The same with a module's path before every name.
    pub fn prefixed(self, prefix: &str) -> Self {
        let tensors = self.tensors.into_iter().map(|(name, tensor)| (format!("{prefix}{name}"), tensor)).collect();
        Self { tensors, ..self }
    }

    /// The inverse of [`Self::prefixed`]; names without the prefix stay as they are.
    pub fn unprefixed(self, prefix: &str) -> Self {
        let bare = |name: String| name.strip_prefix(prefix).map(str::to_string).unwrap_or(name);
        let tensors = self.tensors.into_iter().map(|(name, tensor)| (bare(name), tensor)).collect();
        Self { tensors, ..self }
    }

    /// A word of the metadata.
    pub fn word(&self, key: &'static str) -> Result<&str, CheckpointError> {
        self.metadata.get(key).map(String::as_str).ok_or(CheckpointError::Metadata(key))
    }

    /// Whether 16 bits hold every value as it is.
    pub fn is_half(&self) -> bool {
        let exact = |&value: &f32| f16::from_f32(value).to_f32() == value;
        self.tensors.values().all(|tensor| tensor.values.iter().all(exact))
    }

    /// The bytes of a `.safetensors` file; the same tensors and words give the same bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CheckpointError> {
        self.to_bytes_as(Precision::Full)
    }

    /// The same with so many bits a value.
    pub fn to_bytes_as(&self, precision: Precision) -> Result<Vec<u8>, CheckpointError> {
        let bytes = self.tensors.iter().map(|(name, tensor)| {
            let bytes = match precision {
                Precision::Full => bytes_of(&tensor.values),
                Precision::Half => half_bytes_of(name, &tensor.values)?,
            };
            Ok((name, &tensor.shape, bytes))
        });
        let bytes = bytes.collect::<Result<Vec<_>, CheckpointError>>()?;
        let dtype = match precision {
            Precision::Full => Dtype::F32,
            Precision::Half => Dtype::F16,
        };
        let views = bytes
            .iter()
            .map(|(name, shape, bytes)| Ok((name.as_str(), TensorView::new(dtype, shape.to_vec(), bytes)?)));
        let views = views.collect::<Result<Vec<_>, CheckpointError>>()?;
        // One key only: a map of several would come out in another order each time.
        let words = self.metadata.iter().collect::<BTreeMap<_, _>>();
        let words = serde_json::to_string(&words).unwrap_or_default();
        let metadata = HashMap::from([(METADATA.to_string(), words)]);
        Ok(safetensors::serialize(views, Some(metadata))?)
    }

    /// Reads the bytes of a `.safetensors` file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let metadata = words(&header);
        let mut tensors = BTreeMap::new();
        for (name, view) in SafeTensors::deserialize(bytes)?.tensors() {
            let values = match view.dtype() {
                Dtype::F32 => view.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
                Dtype::F16 => {
                    view.data().as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect()
                }
                found => return Err(CheckpointError::Type { name, found }),
            };
            let values: Vec<f32> = values;
            if values.iter().any(|value| !value.is_finite()) {
                return Err(CheckpointError::NotFinite { name });
            }
            tensors.insert(name, HostTensor { shape: view.shape().to_vec(), values });
        }
        Ok(Self { tensors, metadata })
    }
}

/// Bits of a value in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 32: the weights as they are.
    Full,
    /// 16: half the bytes, with about three significant digits.
    Half,
}

/// The words in the header of a `.safetensors` file.
pub fn words(header: &safetensors::tensor::Metadata) -> HashMap<String, String> {
    let words = header.metadata().as_ref().and_then(|words| words.get(METADATA));
    words.and_then(|words| serde_json::from_str(words).ok()).unwrap_or_default()
}

/// The key of safetensors' own metadata under which ours lies, as JSON.
const METADATA: &str = "attentionless";

/// Whether a parameter lies transposed in PyTorch: matrices of layers do, tables of embeddings do not.
fn is_matrix(name: &str, shape: &[usize]) -> bool {
    shape.len() == 2 && !name.ends_with("embedding.weight")
}

impl HostTensor {
    fn transposed(self) -> Self {
        let (rows, cols) = (self.shape[0], self.shape[1]);
        let values = (0..cols).flat_map(|col| (0..rows).map(move |row| (row, col)));
        let values = values.map(|(row, col)| self.values[row * cols + col]).collect();
        Self { shape: vec![cols, rows], values }
    }

    /// The values for a parameter of this inner shape.
    fn fitting(self, name: &str, inside: &[usize]) -> Result<Vec<f32>, CheckpointError> {
        let transposed = is_matrix(name, inside);
        let outside = if transposed { inside.iter().rev().copied().collect() } else { inside.to_vec() };
        if self.shape != outside {
            return Err(CheckpointError::shape(name, &outside, &self.shape));
        }
        Ok(if transposed { self.transposed().values } else { self.values })
    }
}

impl CheckpointError {
    /// A tensor of another shape than expected.
    pub fn shape(name: &str, expected: &[usize], found: &[usize]) -> Self {
        let text = |shape: &[usize]| shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x");
        Self::Shape { name: name.into(), expected: text(expected), found: text(found) }
    }
}

fn half_bytes_of(name: &str, values: &[f32]) -> Result<Vec<u8>, CheckpointError> {
    let mut bytes = Vec::with_capacity(2 * values.len());
    for &value in values {
        let half = f16::from_f32(value);
        if !half.is_finite() {
            return Err(CheckpointError::TooLargeForHalf { name: name.into(), value });
        }
        bytes.extend(half.to_le_bytes());
    }
    Ok(bytes)
}

fn bytes_of(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The values of a tensor, read back from its device.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, ExecutionError> {
    let data = tensor.without_autodiff().into_data_async().await?;
    Ok(data.convert::<f32>().try_into_vec().expect("the values were converted to f32"))
}
