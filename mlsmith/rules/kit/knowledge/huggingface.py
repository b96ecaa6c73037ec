"""What fetches from a hub: huggingface_hub, sentence-transformers."""

from __future__ import annotations

SIGNATURES = {
    "huggingface_hub.hf_hub_download": "repo_id, filename, *, subfolder=None, repo_type=None, revision=None",
    "huggingface_hub.snapshot_download": "repo_id, *, repo_type=None, revision=None",
    "sentence_transformers.SentenceTransformer": "model_name_or_path=None",
    "sentence_transformers.CrossEncoder": "model_name_or_path",
}
"""Checked against huggingface_hub 2.4; sentence-transformers by the sources of its versions (`CrossEncoder` said `model_name` up to 3)."""
