//! Registers the gradients of attention with burn's autodiff, for every backend at once.

use super::{Attention, AttentionOps};
use burn::backend::{
    Autodiff, Backend,
    autodiff::{
        NodeId,
        checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
        grads::Gradients,
        ops::{Backward, Ops, OpsKind},
    },
    tensor::{FloatTensor, IntTensor},
};

impl<B: Backend + AttentionOps, C: CheckpointStrategy> AttentionOps for Autodiff<B, C> {
    fn attend_self(qkv: FloatTensor<Self>, lengths: IntTensor<Self>, attention: Attention) -> FloatTensor<Self> {
        match SelfAttention.prepare::<C>([qkv.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let kept = (prep.checkpoint(&qkv), lengths.clone(), attention);
                prep.finish(kept, B::attend_self(qkv.into_primitive(), lengths, attention))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::attend_self(qkv.into_primitive(), lengths, attention)),
        }
    }

    fn attend_cross(
        q: FloatTensor<Self>,
        kv: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        attention: Attention,
    ) -> FloatTensor<Self> {
        match CrossAttention.prepare::<C>([q.node(), kv.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let kept = (prep.checkpoint(&q), prep.checkpoint(&kv), lengths.clone(), attention);
                prep.finish(kept, B::attend_cross(q.into_primitive(), kv.into_primitive(), lengths, attention))
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(B::attend_cross(q.into_primitive(), kv.into_primitive(), lengths, attention))
            }
        }
    }
}

#[derive(Debug)]
struct SelfAttention;

impl<B: Backend + AttentionOps> Backward<B, 1> for SelfAttention {
    type State = (NodeId, IntTensor<B>, Attention);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, inputs: &mut Checkpointer) {
        let (qkv, lengths, attention) = ops.state;
        let d_output = grads.consume::<B>(&ops.node);
        let [node] = ops.parents;
        if let Some(node) = node {
            let qkv = inputs.retrieve_node_output::<FloatTensor<B>>(qkv);
            let (dq, dkv) = B::attend_backward(qkv.clone(), qkv, lengths, d_output, attention);
            grads.register::<B>(node.id, B::float_cat(vec![dq, dkv], 1));
        }
    }
}

#[derive(Debug)]
struct CrossAttention;

impl<B: Backend + AttentionOps> Backward<B, 2> for CrossAttention {
    type State = (NodeId, NodeId, IntTensor<B>, Attention);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, inputs: &mut Checkpointer) {
        let (q, kv, lengths, attention) = ops.state;
        let d_output = grads.consume::<B>(&ops.node);
        let [q_node, kv_node] = ops.parents;
        let q = inputs.retrieve_node_output::<FloatTensor<B>>(q);
        let kv = inputs.retrieve_node_output::<FloatTensor<B>>(kv);
        let (dq, dkv) = B::attend_backward(q, kv, lengths, d_output, attention);
        q_node.into_iter().for_each(|node| grads.register::<B>(node.id, dq.clone()));
        kv_node.into_iter().for_each(|node| grads.register::<B>(node.id, dkv.clone()));
    }
}
