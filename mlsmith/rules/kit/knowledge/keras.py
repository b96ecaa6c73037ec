"""Keras, also as TensorFlow brings it. Up to 2.15 both have one numbering; TensorFlow 2.16 brings Keras 3."""

from __future__ import annotations

OLDEST_SUPPORTED = "3.0"
_MODELS = ("keras.Model", "keras.models.Model", "keras.Sequential", "keras.models.Sequential")
REMOVED = (
    # name, deprecated in, removed in, what to write instead, whether that is a pure renaming
    ("keras.utils.np_utils", "2.6", "3.0", "`keras.utils.to_categorical`", False),
    ("keras.layers.advanced_activations", "2.6", "2.9", "`keras.layers`", False),
    ("keras.layers.convolutional", "2.6", "3.0", "`keras.layers`", False),
    ("keras.layers.core", "2.6", "3.0", "`keras.layers`", False),
    ("keras.layers.recurrent", "2.6", "2.9", "`keras.layers`", False),
    ("keras.layers.embeddings", "2.6", "2.9", "`keras.layers`", False),
    ("keras.layers.merge", "2.6", "2.9", "`keras.layers`", False),
    ("keras.layers.wrappers", "2.6", "2.9", "`keras.layers`", False),
    ("keras.layers.noise", "2.6", "3.0", "`keras.layers`", False),
    ("keras.layers.local", "2.6", "2.9", "`keras.layers`", False),
    ("keras.layers.normalization.BatchNormalization", "2.4", "2.6", "`keras.layers.BatchNormalization`", False),
    ("keras.layers.CuDNNLSTM", "2.3", "2.4", "`keras.layers.LSTM`, which is fast by itself", False),
    ("keras.layers.CuDNNGRU", "2.3", "2.4", "`keras.layers.GRU`, which is fast by itself", False),
    ("keras.layers.Merge", "2.0", "2.2", "`keras.layers.concatenate` and its like", False),
    ("keras.engine.topology", "2.2", "2.6", "`keras.layers` or `keras.models`", False),
    ("keras.objectives", "2.0", "2.6", "`keras.losses`", False),
    ("keras.initializations", "1.2", "2.0", "`keras.initializers`", False),
    ("keras.wrappers.scikit_learn", "2.6", "2.13", "scikeras", False),
    ("keras.backend.tensorflow_backend", "2.3", "2.4", "`tensorflow` itself", False),
    ("keras.utils.multi_gpu_model", "2.3", "2.4", "`tf.distribute.MirroredStrategy`", False),
    ("keras.utils.training_utils", "2.3", "2.4", "`tf.distribute.MirroredStrategy`", False),
    ("keras.utils.vis_utils", "2.6", "3.0", "`keras.utils.plot_model`", False),
    ("keras.utils.data_utils", "2.6", "3.0", "`keras.utils`", False),
    ("keras.utils.generic_utils", "2.6", "3.0", "`keras.utils`", False),
    ("keras.utils.layer_utils", "2.6", "3.0", "`keras.utils`", False),
    *((f"{model}().fit_generator", "2.3", "3.0", "`fit`, which takes generators", False) for model in _MODELS),
    *((f"{model}().evaluate_generator", "2.3", "3.0", "`evaluate`, which takes generators", False) for model in _MODELS),
    *((f"{model}().predict_generator", "2.3", "3.0", "`predict`, which takes generators", False) for model in _MODELS),
    *((f"{model}().predict_classes", "2.3", "2.6", "`predict(x).argmax(axis=-1)`", False) for model in _MODELS[2:]),
)  # fmt: skip
"""Checked against Keras 3.15, and the sources of 2.3 to 3.0."""
REMOVED_ARGUMENTS = (
    # callable, argument, deprecated in, removed in, what to write instead, whether that is a pure renaming
    *((f"keras.optimizers.{name}", "lr", "2.3", "3.0", "learning_rate", True) for name in ("Adam", "SGD", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam")),
    *((f"{model}().fit", "nb_epoch", "2.0", "2.4", "epochs", True) for model in _MODELS),
)  # fmt: skip
"""Checked against Keras 3.15: none of these arguments is taken."""
