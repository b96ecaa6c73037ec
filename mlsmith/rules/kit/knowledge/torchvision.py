"""torchvision."""

from __future__ import annotations

OLDEST_SUPPORTED = "0.17"
REMOVED = (
    # name, deprecated in, removed in, what to write instead, whether that is a pure renaming
    ("torchvision.transforms.Scale", "0.2", "0.15", "Resize", True),
    ("torchvision.transforms.RandomSizedCrop", "0.2", "0.15", "RandomResizedCrop", True),
    ("torchvision.transforms.functional_tensor", "0.15", "0.17", "`torchvision.transforms.functional`", False),
    ("torchvision.models.utils", "0.12", "0.15", "`torch.hub.load_state_dict_from_url`", False),
)
"""Checked against the sources of torchvision 0.15, 0.16, 0.17 and 0.28; what 0.15 lacks already may have gone earlier."""
REMOVED_ARGUMENTS = (
    # callable, argument, deprecated in, removed in, what to write instead, whether that is a pure renaming
    ("torchvision.transforms.RandomAffine", "resample", "0.9", "0.15", "interpolation", True),
    ("torchvision.transforms.RandomAffine", "fillcolor", "0.9", "0.15", "fill", True),
    ("torchvision.transforms.RandomRotation", "resample", "0.9", "0.15", "interpolation", True),
)
"""Checked against the same sources."""
