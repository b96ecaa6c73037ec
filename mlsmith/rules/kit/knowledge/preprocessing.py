"""What libraries do to the inputs of a model: arguments that have to be the same in training and in use, and scales of pixels."""

from __future__ import annotations

from typing import Any

_IMAGES = ("torchvision.transforms.", "albumentations.")
_SOUND = ("librosa.", "torchaudio.")

ARGUMENTS: dict[str, tuple[tuple[str, int, Any], ...]] = {
    "Normalize": (("mean", 0, None), ("std", 1, None)),
    "pad_sequences": (("maxlen", 1, None), ("padding", 3, "pre"), ("truncating", 4, "pre")),
    "mfcc": (("n_mfcc", 3, 20),),
    "MFCC": (("n_mfcc", 1, 40),),
    "melspectrogram": (("n_mels", 99, 128), ("n_fft", 3, 2048), ("hop_length", 4, 512)),
}  # fmt: skip
"""By the last word of what is called: (argument, 0-based position, what holds where it is not given; None where that is not compared)

From the documentation of keras 3.15, torchvision, librosa 0.7 and later (keywords only since 0.10) and torchaudio; not held against installed ones;
99 stands for an argument that has no position."""
OF: dict[str, tuple[str, ...]] = {
    "Normalize": _IMAGES, "pad_sequences": ("keras.", "tensorflow.", "keras_preprocessing."), "mfcc": _SOUND, "MFCC": _SOUND, "melspectrogram": _SOUND,
}  # fmt: skip
WORDS = frozenset(ARGUMENTS)

UNIT, SIGNED, RAW = "divided by 255", "scaled to -1…1", "left as they are"
_CAFFE, _TORCH = "means of ImageNet taken off, BGR", "by means and deviations of ImageNet"
PREPROCESSES: dict[str, str] = {
    **dict.fromkeys(("mobilenet", "mobilenet_v2", "inception_v3", "xception", "inception_resnet_v2", "resnet_v2", "nasnet"), SIGNED),
    **dict.fromkeys(("resnet", "resnet50", "vgg16", "vgg19"), _CAFFE),
    "densenet": _TORCH,
    **dict.fromkeys(("efficientnet", "efficientnet_v2", "mobilenet_v3", "convnext", "regnet", "resnet_rs"), RAW),
}  # fmt: skip
"""What `keras.applications.<family>.preprocess_input` does"""

OPENS = frozenset({"load_img", "imread", "imdecode", "ImageDataGenerator", "image_dataset_from_directory", "decode_jpeg", "decode_image"})
"""Calls that bring pixels from 0 to 255"""
USUAL = frozenset({
    "tensorflow", "keras", "numpy", "PIL", "cv2", "flask", "fastapi", "werkzeug", "streamlit", "gradio", "os", "io", "pathlib", "typing", "datetime",
    "uuid", "time", "flask_cors", "pydantic", "matplotlib", "collections", "dotenv", "gevent", "urllib", "starlette", "contextlib", "__future__",
    "logging",
})  # fmt: skip
"""Packages of which nothing scales a picture unseen"""
