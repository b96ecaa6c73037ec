"""TensorFlow: what the second version does not have of the first."""

from __future__ import annotations

OLDEST_SUPPORTED = "2.16"
TOGETHER = "TensorFlow 1"
"""A file of the old world uses dozens of its names: they are one finding"""
_FIRST = (
    "placeholder", "placeholder_with_default", "sparse_placeholder", "Session", "InteractiveSession", "ConfigProto", "GPUOptions", "contrib", "app",
    "flags", "logging", "gfile", "python_io", "layers", "get_variable", "variable_scope", "get_variable_scope", "AUTO_REUSE", "GraphKeys",
    "global_variables_initializer", "local_variables_initializer", "tables_initializer", "initialize_all_variables", "global_variables",
    "trainable_variables", "get_collection", "add_to_collection", "get_default_graph", "reset_default_graph", "set_random_seed", "assign", "log",
    "to_float", "to_int32", "div", "mul", "sub", "ceil", "random_normal", "random_uniform", "truncated_normal", "glorot_uniform_initializer", "Print",
    "py_func", "read_file", "decode_raw", "parse_single_example", "FixedLenFeature", "string_split", "sparse_tensor_to_dense", "Dimension",
    "train.AdamOptimizer", "train.GradientDescentOptimizer", "train.RMSPropOptimizer", "train.AdagradOptimizer", "train.MomentumOptimizer",
    "train.Saver", "train.import_meta_graph", "summary.FileWriter", "summary.merge_all", "nn.rnn_cell", "nn.static_rnn", "nn.dynamic_rnn",
    "nn.softmax_cross_entropy_with_logits_v2", "image.resize_images", "image.resize_bilinear",
)  # fmt: skip
REMOVED = (
    # name, deprecated in (TensorFlow 1 is not asked to be anything else), removed in, what to write instead, pure renaming
    *((f"tensorflow.{name}", "2.0", "2.0", "TensorFlow 2, or `tensorflow.compat.v1` for a time", False) for name in _FIRST),
    ("tensorflow.estimator", "2.13", "2.16", "`keras.Model`", False),
)
"""Checked against TensorFlow 2.21: none of these names is there."""
REMOVED_ARGUMENTS = ()

SIGNATURES = {
    "tensorflow.data.Dataset().shuffle": "buffer_size, seed=None, reshuffle_each_iteration=True",
    "tensorflow.nn.softmax": "logits, axis=None",
    "tensorflow.nn.log_softmax": "logits, axis=None",
}
"""Checked against TensorFlow 2.21."""

ACTIVATIONS = {
    "tensorflow.nn.softmax": "softmax", "tensorflow.nn.sigmoid": "sigmoid", "tensorflow.sigmoid": "sigmoid", "tensorflow.math.sigmoid": "sigmoid",
    "tensorflow.nn.log_softmax": "log_softmax",
}  # fmt: skip
SEEDS = ("tensorflow.random.set_seed", "tensorflow.set_random_seed")
"""The second of TensorFlow 1. Checked against TensorFlow 2.21."""
