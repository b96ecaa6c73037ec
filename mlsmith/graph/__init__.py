"""The data of a project: what is declared, what the code shows, and where the two differ."""

from mlsmith.graph.build import build
from mlsmith.graph.elements import Edge, Graph, Node, Touch

__all__ = ["Edge", "Graph", "Node", "Touch", "build"]
