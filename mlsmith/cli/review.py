"""`mlsmith review`: what waits for whom, what it changes, and approving it."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlsmith.cli.streams import note, wants_colour, write_result
from mlsmith.errors import ExitCode, UserError, nearest
from mlsmith.reports.wording import count

if TYPE_CHECKING:
    from mlsmith.review.case import Case
    from mlsmith.review.judge import Judgement

review = typer.Typer(help="Approvals of configuration changes. Alone: what waits for whom.", no_args_is_help=False)


class ReviewFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    GITHUB = "github"


Base = Annotated[str, typer.Option("--base", help="The branch that the change is headed for.", show_default="the remote's own")]
Format = Annotated[ReviewFormat, typer.Option("-f", "--format", help="How it is printed.")]


@review.callback(invoke_without_command=True)
def alone(context: typer.Context, base: Base = "", output_format: Format = ReviewFormat.TEXT) -> int | None:
    """Approvals of configuration changes; alone: what waits for whom. Example: mlsmith review"""
    return status(base, output_format) if context.invoked_subcommand is None else None


@review.command()
def status(base: Base = "", output_format: Format = ReviewFormat.TEXT) -> int:
    """What waits for whom, in the working tree. Example: mlsmith review status --base origin/main"""
    case = _case(base or None, None, with_effects=True)
    return _answer(case, output_format)


@review.command()
def diff(base: Base = "", output_format: Format = ReviewFormat.TEXT) -> int:
    """What the working tree's configurations change in meaning. Example: mlsmith review diff"""
    case = _case(base or None, None, with_effects=True)
    _answer(case, output_format)
    return ExitCode.OK


@review.command()
def verify(
    base: Base = "",
    since: Annotated[str, typer.Option("--since", help="Judge each commit of the branch since this revision.", show_default=False)] = "",
    push: Annotated[bool, typer.Option("--push", help="As git's pre-push hook: judge what is pushed to the protected branch.")] = False,
    output_format: Format = ReviewFormat.TEXT,
) -> int:
    """Whether what is committed is approved: for CI. Example: mlsmith review verify --base origin/main"""
    from mlsmith.review.afterwards import open_history

    if (since and base) or (push and (since or base)):
        raise UserError("--base, --since and --push exclude each other", advice="say one of them")
    if push:
        return _pushed(output_format)
    if not since:
        return _answer(_case(base or None, "HEAD"), output_format)
    cases = open_history(Path(), since=since)
    return _history(cases, output_format)


@review.command()
def approve(
    paths: Annotated[list[str], typer.Argument(help="Configurations whose change is approved.", metavar="PATH...")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it is signed with the approval.")],
    key: Annotated[Path | None, typer.Option("--key", help="The SSH key to sign with.", show_default="git's signing key")] = None,
    diff_sha: Annotated[list[str] | None, typer.Option("--diff-sha", help="Of the diff that was read; needed without a terminal.")] = None,
    reject: Annotated[bool, typer.Option("--reject", help="Say no instead.")] = False,
    emergency: Annotated[bool, typer.Option("--emergency", help="Let it pass now; a second person must approve before it is due.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again at a terminal.")] = False,
    base: Base = "",
) -> int:
    """Approve a change of a configuration that somebody else made. Example: mlsmith review approve conf/train.yaml --reason "measured" """
    from mlsmith.review.deciding import decide, signer_for

    if reject and emergency:
        raise UserError("--reject and --emergency contradict each other", advice="say one of them")
    if not reason.strip():
        raise UserError("an approval needs a reason", advice='say --reason "…"')
    case = _case(base or None, None, with_effects=True)
    chosen = [_named(case, path) for path in paths]
    decision = "reject" if reject else "emergency" if emergency else "approve"
    for judgement in chosen:
        signer_for(case, judgement, decision, key)
    _shown_and_agreed(case, chosen, diff_sha or [], decision, yes=yes)
    folders = []
    for judgement in chosen:
        done = decide(case, judgement, decision, reason.strip(), key=key)
        said = {"approve": "approved", "reject": "rejected", "emergency": "let through as an emergency"}[decision]
        note(f"{judgement.item.path}: {said} by {done.approver}{'' if done.signed else ', unsigned'}")
        folders.append(done.file.parent.relative_to(case.root).as_posix())
    note(f"→ git add {' '.join(dict.fromkeys(folders))} && git commit")
    return ExitCode.OK


@review.command()
def init(
    configs: Annotated[
        list[str] | None, typer.Option("--configs", help="Globs of configurations to review.", show_default="what is found")
    ] = None,
) -> int:
    """Put this project's configurations under review. Example: mlsmith review init --configs 'conf/**'"""
    from mlsmith.review.beginning import begin
    from mlsmith.settings import load_settings

    for line in begin(load_settings(Path())[1], tuple(configs or ())):
        note(line)
    return ExitCode.OK


def _case(base: str | None, head: str | None, *, with_effects: bool = False) -> Case:
    from mlsmith.review.case import open_case

    return open_case(Path(), base=base, head=head, with_effects=with_effects)


def _answer(case: Case, output_format: ReviewFormat) -> int:
    from mlsmith.reports.review_report import render

    text = render(case, format=output_format.value, colour=wants_colour() and output_format is ReviewFormat.TEXT)
    write_result(text.encode("utf-8", "backslashreplace"))
    return ExitCode.OK if case.passes else ExitCode.NO


def _history(cases: list[Case], output_format: ReviewFormat) -> int:
    from mlsmith.reports.notation import json_text
    from mlsmith.reports.review_report import document, render

    *commits, now = cases
    failed = [case for case in commits if not case.passes]
    passed = not failed and now.passes
    if output_format is ReviewFormat.JSON:
        standing = document(now)
        data = {
            "version": 1, "passed": passed, "commits": [document(case) for case in commits],
            "emergencies": standing["emergencies"], "broken": standing["broken"],
        }  # fmt: skip
        write_result(json_text(data).encode("utf-8", "backslashreplace"))
        return ExitCode.OK if passed else ExitCode.NO
    for case in failed:
        write_result(f"commit {(case.head or '')[:12]}\n".encode())
        write_result(render(case, format=output_format.value, colour=wants_colour()).encode("utf-8", "backslashreplace"))
    if now.debts or now.broken:
        write_result(render(now, format=output_format.value, colour=wants_colour()).encode("utf-8", "backslashreplace"))
    said = f"{count(len(commits), 'commit')} with configuration changes"
    write_result(f"{said}, {f'{len(failed)} not approved' if failed else 'all approved'}\n".encode())
    return ExitCode.OK if passed else ExitCode.NO


def _pushed(output_format: ReviewFormat) -> int:
    """What git's hook says on stdin, or pre-commit in the environment: only a protected branch is nobody's own."""
    from mlsmith.review.pushes import pushes

    codes = [_answer(_case(known or None, commit), output_format) for commit, known in pushes(sys.stdin)]
    return max(codes, default=int(ExitCode.OK))


def _named(case: Case, path: str) -> Judgement:
    known = {judgement.item.path: judgement for judgement in (*case.debts, *case.judgements)}
    inside = Path(path).resolve()
    local = inside.relative_to(case.root).as_posix() if inside.is_relative_to(case.root) else path
    if local in known:
        return known[local]
    hint = nearest(local, list(known)) or ("see `mlsmith review`" if known else "no configuration under review differs from the base")
    raise UserError(f"{path} is no configuration change that waits", advice=hint)


def _shown_and_agreed(case: Case, chosen: list[Judgement], shas: list[str], decision: str, *, yes: bool) -> None:
    """Print what is about to be signed; ask at a terminal, and elsewhere ask for the hash of the diff that was read."""
    from mlsmith.reports.effect_report import lines_of_effect
    from mlsmith.reports.review_report import lines_of
    from mlsmith.reports.style import Style

    style = Style(wants_colour())
    for judgement in chosen:
        note(judgement.item.path)
        for line in lines_of(judgement.item, case.policy, style):
            note(f"    {line}")
        in_effect = lines_of_effect(case.effect_on(judgement.item.path), style)
        for line in [style.dim("  in effect, which is not signed"), *(f"    {line}" for line in in_effect)] if in_effect else []:
            note(line)
    if sys.stdin.isatty() and sys.stderr.isatty():
        if not yes and not typer.confirm(
            {"approve": "Approve this?", "reject": "Reject this?"}.get(decision, "Let this through now?"), err=True
        ):
            raise UserError("nothing was decided", advice="nothing was written")
        return
    for judgement in chosen:
        if not any(len(sha) >= 12 and judgement.item.diff.startswith(sha) for sha in shas):
            raise UserError(
                f"without a terminal, say that you have read the diff of {judgement.item.path}",
                advice=f"add --diff-sha {judgement.item.diff[:16]}",
            )
