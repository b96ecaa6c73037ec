"""What fetches from a hub: huggingface_hub, sentence-transformers."""

from __future__ import annotations

SIGNATURES = {
    "huggingface_hub.hf_hub_download": "repo_id, filename, *, subfolder=None, repo_type=None, revision=None",
    "huggingface_hub.snapshot_download": "repo_id, *, repo_type=None, revision=None",
    "sentence_transformers.SentenceTransformer": "model_name_or_path=None",
    "sentence_transformers.CrossEncoder": "model_name",
}
"""Checked against huggingface_hub 2.4; sentence-transformers by the sources of its versions (`CrossEncoder` says `model_name_or_path` since 4)."""
FETCHES = {
    # callable → the argument that names what is fetched; each takes `revision`
    "huggingface_hub.hf_hub_download": "repo_id", "huggingface_hub.snapshot_download": "repo_id", "datasets.load_dataset": "path",
    "sentence_transformers.SentenceTransformer": "model_name_or_path", "sentence_transformers.CrossEncoder": "model_name",
    "transformers.pipeline": "model",
}  # fmt: skip
