//! What the parameters of a module are called: burn's path to each is its name in PyTorch.

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::Tensor,
};
use std::collections::BTreeMap;

/// Flattened tensors by their parameters' paths.
pub type Named = BTreeMap<String, Tensor<1>>;

/// The path that burn walks to a parameter; a raw identifier counts without its `r#`.
#[derive(Default)]
pub struct Path(Vec<String>);

impl Path {
    /// Whether a container of this type is a part of the name: which variant of an enum it is, is not.
    fn counts(container: &str) -> bool {
        !container.starts_with("Enum:")
    }

    pub fn enter(&mut self, name: &str, container: &str) {
        if Self::counts(container) {
            self.0.push(name.trim_start_matches("r#").to_string());
        }
    }

    pub fn exit(&mut self, container: &str) {
        if Self::counts(container) {
            self.0.pop();
        }
    }

    /// The name as in PyTorch: fields and indices joined by dots.
    pub fn name(&self) -> String {
        self.0.join(".")
    }
}

/// A tensor as one row of values.
pub fn flat<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let count = tensor.shape().num_elements();
    tensor.reshape([count])
}

/// The same module with parameters that are leaves of a graph of their own. burn keeps graphs that share a leaf as one
/// graph behind one lock, so that only modules without common leaves can run and be differentiated at once.
pub fn leaves<M: Module>(module: M) -> M {
    struct Leaves;
    impl ModuleMapper for Leaves {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let (id, value, mapper) = param.consume();
            Param::from_mapped_value(id, Tensor::from_inner(value.inner()).require_grad(), mapper)
        }
    }
    module.map(&mut Leaves)
}
