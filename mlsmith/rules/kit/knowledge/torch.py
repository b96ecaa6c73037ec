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

_CONVOLUTION = "in_channels, out_channels, kernel_size, stride=1, padding=0"
_NORM = "num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True"
_AXES = (1, 2, 3)
_LOSS = "input, target"
SIGNATURES = {
    # callable → what it takes, in order, up to the last that is asked for; `X()` is an instance of X that is called
    "torch.utils.data.DataLoader":
        "dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0, collate_fn=None, pin_memory=False, drop_last=False",
    "torch_geometric.loader.DataLoader": "dataset, batch_size=1, shuffle=False",
    "monai.data.DataLoader": "dataset, *, shuffle=False",
    "torch.utils.data.DistributedSampler": "dataset, num_replicas=None, rank=None, shuffle=True, seed=0, drop_last=False",
    "torch.utils.data.random_split": "dataset, lengths, generator=...",
    "torch.load": "f, map_location=None, pickle_module=None, *, weights_only=None",
    "torch.save": "obj, f",
    "torch.hub.load": "repo_or_dir, model, *args, source='github'",
    "torch.use_deterministic_algorithms": "mode, *, warn_only=False",
    "torch.autograd.set_detect_anomaly": "mode, check_nan=True",
    "torch.nn.Linear": "in_features, out_features, bias=True",
    "torch.nn.LazyLinear": "out_features, bias=True",
    "torch.nn.Upsample": "size=None, scale_factor=None, mode='nearest'",
    "torch.nn.Softmax": "dim=None",
    "torch.nn.LogSoftmax": "dim=None",
    "torch.nn.functional.softmax": "input, dim=None",
    "torch.nn.functional.log_softmax": "input, dim=None",
    "torch.nn.functional.dropout": "input, p=0.5, training=True",
    "torch.nn.functional.dropout2d": "input, p=0.5, training=True",
    **{f"torch.nn.{name}": "p=0.5, inplace=False" for name in ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout")},
    **{f"torch.nn.BatchNorm{axes}d": _NORM for axes in _AXES},
    **{f"torch.nn.LazyBatchNorm{axes}d": _NORM.partition(", ")[2] for axes in _AXES},
    "torch.nn.SyncBatchNorm": _NORM,
    **{f"torch.nn.Conv{axes}d": _CONVOLUTION for axes in _AXES},
    **{f"torch.nn.ConvTranspose{axes}d": _CONVOLUTION for axes in _AXES},
    **{f"torch.nn.{kind}Pool{axes}d": "kernel_size, stride=None, padding=0" for axes in _AXES for kind in ("Max", "Avg")},
    **{f"torch.nn.LPPool{axes}d": "norm_type, kernel_size, stride=None" for axes in _AXES},
    **{f"torch.nn.functional.{kind}_pool{axes}d": "input, kernel_size, stride=None" for axes in _AXES for kind in ("max", "avg")},
    **{f"torch.nn.functional.lp_pool{axes}d": "input, norm_type, kernel_size, stride=None" for axes in _AXES},
    **{f"torch.{kind}_pool{axes}d": "input, kernel_size, stride=None" for kind, axes in (("max", 1), ("max", 2), ("max", 3), ("avg", 1))},
    **{f"torch.nn.{loss}()": _LOSS for loss in ("CrossEntropyLoss", "NLLLoss", "BCEWithLogitsLoss", "BCELoss")},
    **{f"torch.nn.functional.{loss}": _LOSS for loss in (
        "cross_entropy", "nll_loss", "binary_cross_entropy_with_logits", "binary_cross_entropy",
    )},
}  # fmt: skip
"""Checked against PyTorch 2.13 (what is built in has no signature to compare: `torch.max_pool2d` and its like, `avg_pool2d`)."""

SHUFFLES = {
    # callable that takes `shuffle` → the arguments that decide the order in its place
    "torch.utils.data.DataLoader": ("sampler", "batch_sampler"),
    "torch.utils.data.DistributedSampler": (),
    "torch_geometric.loader.DataLoader": ("sampler", "batch_sampler"),
    "monai.data.DataLoader": ("sampler", "batch_sampler"),
}
ACTIVATIONS = {
    "torch.nn.Softmax": "softmax", "torch.nn.LogSoftmax": "log_softmax", "torch.nn.Sigmoid": "sigmoid", "torch.nn.LogSigmoid": "log_sigmoid",
    "torch.nn.functional.softmax": "softmax", "torch.softmax": "softmax", "torch.nn.functional.log_softmax": "log_softmax",
    "torch.log_softmax": "log_softmax", "torch.nn.functional.sigmoid": "sigmoid", "torch.sigmoid": "sigmoid",
    "torch.nn.functional.logsigmoid": "log_sigmoid",
}  # fmt: skip
AXIS_BY_SHAPE = ("torch.nn.functional.softmax", "torch.nn.functional.log_softmax", "torch.nn.Softmax", "torch.nn.LogSoftmax")
"""Those that choose an axis by the number of axes where `dim` is not given"""
LOSSES = {
    # loss → what it expects
    "torch.nn.CrossEntropyLoss()": "logits", "torch.nn.functional.cross_entropy": "logits", "torch.nn.NLLLoss()": "log-probabilities",
    "torch.nn.functional.nll_loss": "log-probabilities", "torch.nn.BCEWithLogitsLoss()": "one logit",
    "torch.nn.functional.binary_cross_entropy_with_logits": "one logit", "torch.nn.BCELoss()": "a probability",
    "torch.nn.functional.binary_cross_entropy": "a probability",
}  # fmt: skip
GRADIENT_OFF = frozenset({
    "torch.no_grad", "torch.inference_mode", "torch.autograd.no_grad", "torch.autograd.inference_mode", "torch.autograd.grad_mode.no_grad",
    "torch.set_grad_enabled", "torch.autograd.set_grad_enabled", "torch.autograd.grad_mode.set_grad_enabled",
    "torch.autograd.grad_mode.inference_mode",
})  # fmt: skip
MADE_UP = frozenset({"torch.randn", "torch.rand", "torch.zeros", "torch.ones", "torch.empty"})
"""What makes a tensor of no data"""
DROPOUTS = ("Dropout", "AlphaDropout", "FeatureAlphaDropout")
BATCH_NORMS = ("BatchNorm", "LazyBatchNorm", "SyncBatchNorm")
STOCHASTIC = (*DROPOUTS, *BATCH_NORMS, "InstanceNorm", "LazyInstanceNorm", "RReLU", "Transformer", "MultiheadAttention")
"""Classes of `torch.nn` (by the beginning of their names) that behave differently, or may, in training and evaluation"""
RECURRENT = ("LSTM", "GRU", "RNN")
"""Those that do so where they are given `dropout`"""
SEEDS = (
    "torch.manual_seed", "torch.cuda.manual_seed", "torch.cuda.manual_seed_all", "torch.random.manual_seed",
)  # fmt: skip
RANDOM_SPLITS = {"torch.utils.data.random_split": "generator"}
"""Division at random → the argument that seeds it. All these tables: checked against PyTorch 2.13, what losses expect and activations give by trying them."""
