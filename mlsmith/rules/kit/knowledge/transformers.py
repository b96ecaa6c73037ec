"""Hugging Face Transformers."""

from __future__ import annotations

OLDEST_SUPPORTED = "5.0"
_ARGUMENTS = ("transformers.TrainingArguments", "transformers.Seq2SeqTrainingArguments")
_TRAINERS = ("transformers.Trainer", "transformers.Seq2SeqTrainer")
_HEADS = (
    "", "ForCausalLM", "ForMaskedLM", "ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering", "ForSeq2SeqLM",
    "ForMultipleChoice", "ForPreTraining",
)  # fmt: skip
REMOVED = (
    # name, deprecated in, removed in, what to write instead, whether that is a pure renaming
    ("transformers.AdamW", "4.11", "5.0", "`torch.optim.AdamW`", False),
    ("transformers.optimization.AdamW", "4.11", "5.0", "`torch.optim.AdamW`", False),
    ("transformers.AutoModelWithLMHead", "3.1", "5.0", "`AutoModelForCausalLM` and its like", False),
    ("transformers.AutoModelForVision2Seq", "4.51", "5.0", "AutoModelForImageTextToText", False),
    *((f"transformers.TFAutoModel{head}", "4.53", "5.0", f"`AutoModel{head}`: only PyTorch is left", False) for head in _HEADS),
    *((f"transformers.FlaxAutoModel{head}", "4.53", "5.0", f"`AutoModel{head}`: only PyTorch is left", False) for head in _HEADS),
    *((f"transformers.TFBert{head or 'Model'}", "4.53", "5.0", f"`Bert{head or 'Model'}`: only PyTorch is left", False) for head in _HEADS[:1] + _HEADS[2:6]),
    ("transformers.TFTrainer", "4.13", "4.38", "keras's own `fit`", False),
    ("transformers.LineByLineTextDataset", "3.5", "5.0", "`datasets`", False),
    ("transformers.TextDataset", "3.5", "5.0", "`datasets`", False),
    ("transformers.Conversation", "4.39", "4.42", "a list of messages", False),
    ("transformers.modeling_bert", "3.5", "4.0", "`transformers.models.bert.modeling_bert`", False),
    ("transformers.tokenization_bert", "3.5", "4.0", "`transformers.models.bert.tokenization_bert`", False),
    ("transformers.generation_utils", "4.25", "4.40", "`transformers.generation`", False),
    ("transformers.deepspeed", "4.33", "4.46", "`transformers.integrations.deepspeed`", False),
)  # fmt: skip
"""Checked against Transformers 5.24, and the sources of 4.0 to 5.0."""
REMOVED_ARGUMENTS = (
    # callable, argument, deprecated in, removed in, what to write instead, whether that is a pure renaming
    *((taker, "evaluation_strategy", "4.41", "4.51", "eval_strategy", True) for taker in _ARGUMENTS),
    *((taker, "no_cuda", "4.34", "5.0", "use_cpu", True) for taker in _ARGUMENTS),
    *((taker, "per_gpu_train_batch_size", "3.0", "5.0", "per_device_train_batch_size", True) for taker in _ARGUMENTS),
    *((taker, "per_gpu_eval_batch_size", "3.0", "5.0", "per_device_eval_batch_size", True) for taker in _ARGUMENTS),
    *((taker, "evaluate_during_training", "3.4", "4.0", "`eval_strategy=`", False) for taker in _ARGUMENTS),
    *((taker, "overwrite_output_dir", "5.0", "5.0", "nothing: the folder is written to", False) for taker in _ARGUMENTS),
    *((taker, "save_safetensors", "5.0", "5.0", "nothing: it is the only format", False) for taker in _ARGUMENTS),
    *((taker, "fp16_backend", "4.11", "5.0", "nothing: it is chosen by the library", False) for taker in _ARGUMENTS),
    *((taker, "push_to_hub_token", "4.12", "5.0", "hub_token", True) for taker in _ARGUMENTS),
    *((taker, "tokenizer", "4.46", "5.0", "processing_class", True) for taker in _TRAINERS),
)  # fmt: skip
"""Checked against Transformers 5.24, and the sources of 4.0 to 5.0."""

SIGNATURES = {
    "transformers.pipeline": "task=None, model=None",
    "transformers.PreTrainedModel.from_pretrained": "pretrained_model_name_or_path, *model_args, revision='main'",
    "transformers.PreTrainedModel().save_pretrained": "save_directory",
    "transformers.PreTrainedModel().push_to_hub": "repo_id",
}
"""Checked against Transformers 5.24."""
