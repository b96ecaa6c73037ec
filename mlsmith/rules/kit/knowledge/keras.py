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

_COMPILE = "optimizer='rmsprop', loss=None"
_FIT = "x=None, y=None, batch_size=None, epochs=1, verbose='auto', callbacks=None, validation_split=0.0, validation_data=None, shuffle=True"
_IMAGES = (
    "directory, labels='inferred', label_mode='int', class_names=None, color_mode='rgb', batch_size=32, image_size=(256, 256), shuffle=True"
)
_TEXTS = "directory, labels='inferred', label_mode='int', class_names=None, batch_size=32, max_length=None, shuffle=True"
_SERIES = "data, targets, sequence_length, sequence_stride=1, sampling_rate=1, batch_size=128, shuffle=False"
_AXES = (1, 2, 3)
_CONVOLUTIONS = (*(f"Conv{axes}D" for axes in _AXES), *(f"Conv{axes}DTranspose" for axes in _AXES), "SeparableConv1D", "SeparableConv2D")
_POOLS = tuple(f"{kind}{axes}D" for kind in ("MaxPooling", "AveragePooling", "MaxPool", "AvgPool") for axes in _AXES)
SIGNATURES = {
    # callable → what it takes, in order, up to the last that is asked for; `...` is a default that is not needed here
    **{f"{model}().compile": _COMPILE for model in _MODELS},
    **{f"{model}().fit": _FIT for model in _MODELS},
    **{f"keras.{home}.image_dataset_from_directory": _IMAGES for home in ("utils", "preprocessing")},
    **{f"keras.{home}.text_dataset_from_directory": _TEXTS for home in ("utils", "preprocessing")},
    **{f"keras.{home}.timeseries_dataset_from_array": _SERIES for home in ("utils", "preprocessing")},
    **dict.fromkeys(("keras.Input", "keras.layers.Input", "keras.layers.InputLayer"), "shape=None, batch_size=None"),
    "keras.layers.Dense": "units, activation=None",
    "keras.layers.Activation": "activation",
    **{f"keras.layers.{name}": "filters, kernel_size, strides=..." for name in _CONVOLUTIONS},
    **{f"keras.layers.{name}": "pool_size=..., strides=None" for name in _POOLS},
    **{f"keras.layers.UpSampling{axes}D": "size=..." for axes in _AXES},
    **{f"keras.losses.{name}": "from_logits=False" for name in (
        "BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy",
    )},
    "keras.models.load_model": "filepath, custom_objects=None, compile=True, safe_mode=True",
}  # fmt: skip
"""Checked against Keras 3.15."""
_ITERATORS = "keras.preprocessing.image.ImageDataGenerator()"
FORMER_SIGNATURES = {
    # of what Keras 3 itself has no more, and TensorFlow still brings
    f"{_ITERATORS}.flow": "x, y=None, batch_size=32, shuffle=True",
    f"{_ITERATORS}.flow_from_directory":
        "directory, target_size=(256, 256), color_mode='rgb', classes=None, class_mode='categorical', batch_size=32, shuffle=True",
    f"{_ITERATORS}.flow_from_dataframe":
        "dataframe, directory=None, x_col='filename', y_col='class', weight_col=None, target_size=(256, 256), color_mode='rgb', classes=None, "
        "class_mode='categorical', batch_size=32, shuffle=True",
}  # fmt: skip
"""Checked against TensorFlow 2.21, as `tensorflow.keras`."""

SHUFFLES: dict[str, tuple[str, ...]] = dict.fromkeys(
    # callables that take `shuffle`
    (
        f"{_ITERATORS}.flow", f"{_ITERATORS}.flow_from_directory", f"{_ITERATORS}.flow_from_dataframe",
        "keras.preprocessing.image_dataset_from_directory", "keras.utils.image_dataset_from_directory", "keras.utils.text_dataset_from_directory",
        "keras.preprocessing.timeseries_dataset_from_array", "keras.utils.timeseries_dataset_from_array", *(f"{model}().fit" for model in _MODELS),
    ), (),
)  # fmt: skip
ACTIVATIONS = {
    "keras.layers.Softmax": "softmax", "keras.activations.softmax": "softmax", "keras.activations.sigmoid": "sigmoid",
}  # fmt: skip
LOSSES = {
    # class of `keras.losses` → the activation that it goes with, unless `from_logits`
    "CategoricalCrossentropy": "softmax", "SparseCategoricalCrossentropy": "softmax", "BinaryCrossentropy": "sigmoid",
}  # fmt: skip
LOSS_NAMES = {
    # what `compile` is given as a string → the same
    "categorical_crossentropy": "softmax", "sparse_categorical_crossentropy": "softmax", "binary_crossentropy": "sigmoid",
}  # fmt: skip
"""These tables: checked against Keras 3.15."""
