"""PyTorch Lightning, under both of its names."""

from __future__ import annotations

OLDEST_SUPPORTED = "2.0"
_TRAINER = "lightning.pytorch.Trainer"
_HOOK = "`on_{}_epoch_end`, with the outputs kept in an attribute"
REMOVED = (
    # name, deprecated in, removed in, what to write instead, whether that is a pure renaming
    ("lightning.pytorch.metrics", "1.3", "1.5", "`torchmetrics`", False),
    ("lightning.pytorch.loggers.base", "1.7", "1.9", "`pytorch_lightning.loggers.logger`", False),
    ("lightning.pytorch.loggers.TestTubeLogger", "1.5", "1.7", "`TensorBoardLogger`", False),
    ("lightning.pytorch.utilities.cli", "1.7", "1.9", "`pytorch_lightning.cli`", False),
    ("lightning.pytorch.utilities.cloud_io", "1.8", "2.0", "`lightning_fabric.utilities.cloud_io`", False),
    ("lightning.pytorch.core.lightning", "1.7", "1.9", "`pytorch_lightning.LightningModule`", False),
    ("lightning.pytorch.lite", "1.9", "2.0", "`lightning.fabric`", False),
    ("lightning.pytorch.callbacks.GPUStatsMonitor", "1.5", "1.7", "`DeviceStatsMonitor`", False),
    *((f"lightning.pytorch.plugins.{plugin}", "1.6", "1.8", "the `strategies` of its name", False) for plugin in (
        "DDPPlugin", "DDPSpawnPlugin", "DDPShardedPlugin", "DeepSpeedPlugin",
    )),
)  # fmt: skip
"""Checked against Lightning 2.6, and the sources of 1.1 to 2.0."""
REMOVED_ARGUMENTS = (
    # callable, argument, deprecated in, removed in, what to write instead, whether that is a pure renaming
    (_TRAINER, "gpus", "1.7", "2.0", '`accelerator="gpu", devices=…`', False),
    (_TRAINER, "tpu_cores", "1.7", "2.0", '`accelerator="tpu", devices=…`', False),
    (_TRAINER, "num_processes", "1.7", "2.0", '`accelerator="cpu", devices=…`', False),
    (_TRAINER, "auto_select_gpus", "1.9", "2.0", '`accelerator="auto", devices="auto"`', False),
    (_TRAINER, "resume_from_checkpoint", "1.5", "2.0", "`trainer.fit(…, ckpt_path=…)`", False),
    (_TRAINER, "auto_lr_find", "1.9", "2.0", "`lightning.pytorch.tuner.Tuner`", False),
    (_TRAINER, "auto_scale_batch_size", "1.9", "2.0", "`lightning.pytorch.tuner.Tuner`", False),
    (_TRAINER, "track_grad_norm", "1.9", "2.0", "`on_before_optimizer_step`", False),
    (_TRAINER, "amp_level", "1.8", "2.0", "`precision=`", False),
    (_TRAINER, "amp_backend", "1.9", "2.0", "`precision=`", False),
    (_TRAINER, "multiple_trainloader_mode", "1.9", "2.0", "`CombinedLoader`", False),
    (_TRAINER, "replace_sampler_ddp", "2.0", "2.0", "use_distributed_sampler", True),
    (_TRAINER, "checkpoint_callback", "1.5", "1.7", "enable_checkpointing", False),
    (_TRAINER, "weights_summary", "1.5", "1.7", "`enable_model_summary=`", False),
    (_TRAINER, "progress_bar_refresh_rate", "1.5", "1.7", "`TQDMProgressBar(refresh_rate=…)`", False),
    (_TRAINER, "flush_logs_every_n_steps", "1.5", "1.7", "the logger's own option", False),
    (_TRAINER, "stochastic_weight_avg", "1.5", "1.7", "the callback `StochasticWeightAveraging`", False),
    (_TRAINER, "terminate_on_nan", "1.5", "1.7", "`detect_anomaly=`", False),
    (_TRAINER, "prepare_data_per_node", "1.5", "1.7", "the attribute of the data module", False),
    (_TRAINER, "process_position", "1.5", "1.7", "`TQDMProgressBar(process_position=…)`", False),
    (_TRAINER, "log_gpu_memory", "1.5", "1.7", "`DeviceStatsMonitor`", False),
    (_TRAINER, "reload_dataloaders_every_epoch", "1.4", "1.6", "`reload_dataloaders_every_n_epochs=1`", False),
    (_TRAINER, "distributed_backend", "1.2", "1.5", "`strategy=`", False),
    (_TRAINER, "truncated_bptt_steps", "1.3", "1.5", "the attribute of the module", False),
    (_TRAINER, "automatic_optimization", "1.2", "1.3", "the attribute of the module", False),
    ("lightning.pytorch.callbacks.ModelCheckpoint", "filepath", "1.0", "1.2", "`dirpath=` and `filename=`", False),
    ("lightning.pytorch.callbacks.ModelCheckpoint", "period", "1.3", "1.5", "every_n_epochs", True),
    ("lightning.pytorch.callbacks.ModelCheckpoint", "prefix", "1.1", "1.3", "`filename=`", False),
)  # fmt: skip
"""Checked against Lightning 2.6, and the sources of 1.1 to 2.0."""
REMOVED_HOOKS = tuple(
    # class, method that a subclass defines, deprecated in, removed in, what to write instead
    (f"lightning.pytorch.{owner}", f"{phase}_epoch_end", "2.0", "2.0", _HOOK.format("train" if phase == "training" else phase))
    for owner in ("LightningModule",) for phase in ("training", "validation", "test")
)  # fmt: skip
"""Checked against Lightning 2.6: the trainer refuses a module that has one of them."""
SEEDS = ("lightning.pytorch.seed_everything",)
"""Checked against Lightning 2.6 (`lightning.seed_everything` and `pytorch_lightning.seed_everything` are known by this name)."""
