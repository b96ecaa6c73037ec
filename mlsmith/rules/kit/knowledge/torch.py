"""PyTorch."""

from __future__ import annotations

OLDEST_SUPPORTED = "2.4"
_SCHEDULERS = (
    "ReduceLROnPlateau", "StepLR", "MultiStepLR", "LambdaLR", "ExponentialLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "CyclicLR",
    "OneCycleLR", "LinearLR", "ConstantLR", "PolynomialLR", "MultiplicativeLR", "SequentialLR",
)  # fmt: skip
REMOVED = (
    # name, deprecated in, removed in, what to write instead, whether that is a pure renaming
    ("torch.rfft", "1.7", "1.8", "`torch.fft.rfft`", False),
    ("torch.irfft", "1.7", "1.8", "`torch.fft.irfft`", False),
    ("torch.ifft", "1.7", "1.8", "`torch.fft.ifft`", False),
    ("torch.symeig", "1.9", "2.0", "`torch.linalg.eigh`", False),
    ("torch.eig", "1.9", "1.13", "`torch.linalg.eig`", False),
    ("torch.lstsq", "1.9", "1.13", "`torch.linalg.lstsq`", False),
    ("torch.matrix_rank", "1.9", "1.13", "`torch.linalg.matrix_rank`", False),
    ("torch.solve", "1.8", "1.13", "`torch.linalg.solve`", False),
    ("torch.gels", "1.2", "1.3", "`torch.linalg.lstsq`", False),
    ("torch.potrf", "1.0", "1.2", "`torch.linalg.cholesky`", False),
    ("torch.potrs", "1.1", "1.2", "`torch.cholesky_solve`", False),
    ("torch.trtrs", "1.1", "1.3", "`torch.linalg.solve_triangular`", False),
    ("torch.btrifact", "1.1", "1.2", "`torch.linalg.lu_factor`", False),
    ("torch.set_deterministic", "1.8", "1.9", "`torch.use_deterministic_algorithms`", False),
    ("torch._six", "1.13", "2.0", "Python 3 itself", False),
    ("torch.utils.ffi", "0.4", "1.0", "a C++ extension (`torch.utils.cpp_extension`)", False),
    ("torch.distributed.deprecated", "1.0", "1.1", "`torch.distributed`", False),
)  # fmt: skip
"""Checked against PyTorch 2.13: none of these names is there, or what is there only raises."""
REMOVED_ARGUMENTS = tuple(
    # callable, argument, deprecated in, removed in, what to write instead, whether that is a pure renaming
    (f"torch.optim.lr_scheduler.{scheduler}", "verbose", "2.2", "2.7", "`scheduler.get_last_lr()` where it is logged", False)
    for scheduler in _SCHEDULERS
)
"""Checked against PyTorch 2.13: none of these arguments is taken."""
