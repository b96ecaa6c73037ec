"""Keys of services that machine-learning code talks to: found by their form, and masked wherever source is shown."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from mlsmith.regex import regex

_FORMS = (
    ("Hugging Face token", "hf_", regex(r"\bhf_[A-Za-z]{34}\b")),
    ("OpenAI key", "sk-", regex(r"\bsk-(?:proj-|svcacct-|admin-)[\w-]{40,200}\b|\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}\b|\bsk-[A-Za-z0-9]{48}\b")),
    ("Anthropic key", "sk-ant-", regex(r"\bsk-ant-[A-Za-z0-9_-]{80,120}\b")),
    ("AWS access key", "AKIA", regex(r"(?<![\w/+=%])AKIA[0-9A-Z]{16}(?![\w/+=%])")),
    ("Google API key", "AIza", regex(r"\bAIza[0-9A-Za-z_-]{35}\b")),
    *(("GitHub token", f"gh{kind}_", regex(rf"\bgh{kind}_[A-Za-z0-9]{{36}}\b")) for kind in "pousr"),
    ("GitHub token", "github_pat_", regex(r"\bgithub_pat_[A-Za-z0-9_]{82}\b")),
    ("Slack token", "xox", regex(r"\bxox[abprs]-[0-9]{8,14}-[0-9A-Za-z-]{20,72}\b")),
    ("Replicate token", "r8_", regex(r"\br8_[A-Za-z0-9]{37}\b")),
    ("Neptune token", "eyJhcGlfYWRkcmVzcyI6", regex(r"\beyJhcGlfYWRkcmVzcyI6[A-Za-z0-9+/=]{60,400}")),
    ("private key", "PRIVATE KEY-----", regex(r"-----BEGIN (?:RSA |EC |OPENSSH |DSA )?PRIVATE KEY-----")),
)  # fmt: skip
"""What the services' own forms identify without context: prefixes of known length"""
_WITH_NAME = regex(
    r"(?i)(wandb|comet|neptune|kaggle|pinecone|cohere|azure|aws_secret|openai|mlflow_tracking|clearml|databricks|hugging_?face|roboflow|mongo|postgres|redis)"
    r"[\w.]*?(api_?key|secret(?:_access)?_?key|key|token|password|passwd)[\"']?\s*\]?\s*[:=,]\s*[\"']([A-Za-z0-9+/_=.-]{20,100})[\"']"
)
_WANDB_LOGIN = regex(r"wandb\.login\(\s*key\s*=\s*[\"']([0-9a-f]{40})[\"']")
_KAGGLE = regex(r"[\"']username[\"']\s*:\s*[\"'][\w.-]+[\"']\s*,\s*[\"']key[\"']\s*:\s*[\"']([0-9a-f]{32})[\"']")
_DATABASE = regex(r"\b(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqp|mssql)(?:\+\w+)?://[\w.%-]+:([^@\s/\"'{}$<>%]{4,80})@([\w.-]+)")
_PLACEHOLDER = regex(
    r"(?i)x{4,}|your|example|dummy|fake|placeholder|changeme|secret|password|passwd|redacted|\*{3,}|<|\.\.\.|test|sample|1234567|abcdef|insert|here|sentinel"
)
_CREDENTIAL = regex(r"key|token|passw|://")
_SHORTEST = 16
_RESERVED = regex(r"(^|\.)(example|invalid|test|localhost)(\.|$)")
"""Hosts that nobody has, RFC 2606"""
_LOCAL = ("localhost", "127.0.0.1", "0.0.0.0", "db", "postgres", "mysql", "redis", "mongo", "host", "rabbitmq")


class Secret(NamedTuple):
    """`start` and `end` are offsets of what must not be shown."""

    kind: str
    start: int
    end: int


def secrets_in(text: str, *, by_name: bool = True) -> Iterator[Secret]:
    """Keys in a text, by their form or, if asked, by the name beside them; placeholders and low entropy aside. Signed URLs, which hold the
    public half of a key, are none."""
    if len(text) < _SHORTEST:
        return
    for kind, hint, form in _FORMS:
        if hint in text:
            for match in form.finditer(text):
                if kind == "private key" or _is_random(match.group()):
                    yield Secret(kind, *match.span())
    if by_name and _CREDENTIAL.search(text.lower()):
        yield from _named(text)


def masked(text: str) -> str:
    """The text with every key replaced by stars of the same length, so that columns stay where they are."""
    for secret in secrets_in(text):
        text = text[: secret.start] + "*" * (secret.end - secret.start) + text[secret.end :]
    return text


def _named(text: str) -> Iterator[Secret]:
    """What only the name beside it makes a key."""
    for match in _WITH_NAME.finditer(text):
        if _is_random(match.group(3)):
            yield Secret(f"key of {match.group(1).lower()}", *match.span(3))
    for pattern, kind in ((_WANDB_LOGIN, "key of wandb"), (_KAGGLE, "key of kaggle")):
        for match in pattern.finditer(text):
            if _is_random(match.group(1)):
                yield Secret(kind, *match.span(1))
    for match in _DATABASE.finditer(text):
        if (
            match.group(2).lower() not in _LOCAL
            and not _RESERVED.search(match.group(2).lower())
            and not _PLACEHOLDER.search(match.group(1))
            and match.group(1) not in ("root", "admin", "user", "postgres", "pass", "pwd")
        ):
            yield Secret("password of a database", *match.span(1))


def _is_random(value: str) -> bool:
    """At least three bits a character, and no word that says that it stands for something."""
    if _PLACEHOLDER.search(value):
        return False
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values()) >= 3.0
