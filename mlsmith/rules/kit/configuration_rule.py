"""What rules on configurations have in common: the facts that they collect, and how these are put together."""

from __future__ import annotations

from typing import Any

from mlsmith.index.project import Project
from mlsmith.rules.kit.configuration import configuration_facts
from mlsmith.rules.kit.configuration_files import document_facts
from mlsmith.rules.kit.configuration_texts import text_facts
from mlsmith.rules.kit.configurations import Configurations, configurations
from mlsmith.rules.kit.module import Module
from mlsmith.rules.kit.rule import Rule, TextDocument
from mlsmith.sources.config import ConfigDocument


class ConfigurationRule(Rule):
    """A rule on what configurations hold and on what code, scripts and documents read or set of them."""

    collects_as = "configurations"

    def collect(self, module: Module) -> Any:
        return configuration_facts(module)

    def collect_config(self, document: ConfigDocument) -> Any:
        return document_facts(document)

    def collect_text(self, document: TextDocument) -> Any:
        return text_facts(document)

    def known(self, project: Project) -> Configurations:
        """All configurations of the project and what is known of their use; put together once for all such rules."""
        return configurations(project, project.collected(self))
