"""RES101."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Function, Module, Rule, Severity, block_of

_DATASETS = ("torch.utils.data.Dataset", "torch.utils.data.dataset.Dataset", "tensorflow.keras.utils.Sequence", "keras.utils.Sequence",
             "torchvision.datasets.VisionDataset")  # fmt: skip
_DECODERS = ("PIL.Image.open", "cv2.imread", "imageio.imread", "imageio.v2.imread", "skimage.io.imread", "librosa.load", "soundfile.read",
             "torchaudio.load", "torchvision.io.read_image", "matplotlib.pyplot.imread", "matplotlib.image.imread", "nibabel.load", "pydicom.dcmread",
             "scipy.io.wavfile.read", "tifffile.imread", "decord.VideoReader", "tensorflow.keras.preprocessing.image.load_img",
             "numpy.load")  # fmt: skip
_LOADERS = ("torch.utils.data.DataLoader()", "torch.utils.data.dataloader.DataLoader()")


class WholeDatasetInMemory(Rule):
    """All samples are decoded before the first is used.

    ## What it finds
    A data set whose constructor reads and keeps the image, sound or array of every sample, in a loop over files; a `DataLoader` made
    into a list.

    ## Why it is debt
    The data must fit into the memory of every worker process, and the run begins when the last file is read. It holds for the
    sample with which it was written; the day the data grows, training stops (Arpteg et al. 2018, resource limitations).

    ## Bad
    ```python
    from PIL import Image
    from torch.utils.data import Dataset


    class Photos(Dataset):
        def __init__(self, paths):
            self.images = [Image.open(path).convert("RGB") for path in paths]  # finding: RES101

        def __getitem__(self, index):
            return self.images[index]
    ```

    ## Good
    ```python
    from PIL import Image
    from torch.utils.data import Dataset


    class Photos(Dataset):
        def __init__(self, paths):
            self.paths = paths

        def __getitem__(self, index):
            return Image.open(self.paths[index]).convert("RGB")
    ```

    ## Fix
    None: reading lazily changes where errors come up and what is random; it takes a design.

    ## When it stays silent
    When an option decides whether to keep the samples; when the class says that it is a cache; when files are mapped into memory
    (`mmap_mode`); for a number of files that is written out; a
    list of batches in a notebook. Tables read whole, and many joined by `concat`, are not looked at.

    ## References
    PyTorch tutorials, data sets and loaders: reading lazily, in `__getitem__`.
    """

    code = "RES101"
    severity = Severity.WARNING
    minutes = 30

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("torch", "tensorflow", "keras"):
            return
        for call in module.calls_to(*_DECODERS):
            function = call.function
            if function is None or not _is_constructor(function) or not call.argument("mmap_mode").absent:
                continue
            loop = _loop(call)
            if loop is not None and _keeps(call, function) and not _is_asked_for(call):
                yield self.finding(
                    call, f"`{function.owner.node.name if function.owner else ''}` decodes and keeps every sample when it is made",
                    advice="keep the paths, and decode in `__getitem__`",
                )  # fmt: skip
        for call in module.calls_to("list"):
            if module.notebook is None and len(call.node.args) == 1 and any(name in _LOADERS for name in module.names(call.node.args[0])):
                yield self.finding(
                    call, f"`{ast.unparse(call.node.args[0])[:40]}` is read whole into a list of batches",
                    advice="go over the loader itself",
                )  # fmt: skip


def _is_constructor(function: Function) -> bool:
    owner = function.owner
    if owner is None or function.node.name != "__init__" or not owner.extends(*_DATASETS):
        return False
    return not any(word in owner.node.name.lower() for word in ("cache", "memory", "preload"))


def _loop(call: Call) -> ast.AST | None:
    """The loop or comprehension over something unbounded in which the call stands."""
    node: ast.AST = call.node
    while not isinstance(node, ast.stmt):
        node = node.up  # type: ignore[attr-defined]
        if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
            over = node.generators[0].iter
            return None if isinstance(over, (ast.List, ast.Tuple, ast.Constant)) else node
    loop = call.loop
    return None if isinstance(loop, ast.For) and isinstance(loop.iter, (ast.List, ast.Tuple)) else loop


def _keeps(call: Call, function: Function) -> bool:
    """Whether what is read ends up in an attribute: by a comprehension, or appended to one."""
    statement = call.statement
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Attribute):
        return True
    appended = [
        other.node.args[0]
        for other in function.calls
        if other.method == "append" and isinstance(other.receiver, ast.Attribute) and other.node.args
    ]
    return any(node is call.node or call.module.flow.derives(node, call.node) for node in appended)


def _is_asked_for(call: Call) -> bool:
    return any(isinstance(block.owner, ast.If) for block in block_of(call.node).chain())
