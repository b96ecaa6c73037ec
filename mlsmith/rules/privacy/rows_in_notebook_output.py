"""PRV105."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import Finding, Module, Place, Position, Rule, Severity, Span

_HEADER = regex(r"<th>([^<]{2,40})</th>")
_ROW = regex(r"<tr[ >]")
_PERSONAL = {
    "name": "name", "firstname": "name", "lastname": "name", "surname": "name", "fullname": "name", "customername": "name", "patientname": "name",
    "email": "e-mail", "emailaddress": "e-mail", "mail": "e-mail", "phone": "phone", "phonenumber": "phone", "mobile": "phone", "telephone": "phone",
    "address": "address", "streetaddress": "address", "street": "address", "homeaddress": "address", "ssn": "identity number",
    "socialsecuritynumber": "identity number", "passport": "identity number", "nationalid": "identity number", "iban": "account", "creditcard": "account",
    "creditcardnumber": "account", "ccnum": "account", "accountnumber": "account", "dob": "birth", "dateofbirth": "birth", "birthdate": "birth",
    "birthday": "birth", "ipaddress": "address on the net", "lat": "place", "latitude": "place", "age": "age", "sex": "sex", "gender": "sex",
}  # fmt: skip
"""Header, letters only → what it says of a person"""
_WEAK = frozenset({"name", "age", "sex", "place", "address"})
"""Not enough by themselves: products have names too"""


class RowsInNotebookOutput(Rule):
    """Rows about persons are saved in a notebook's output.

    ## What it finds
    A table in the saved output of a cell with at least two columns about persons, one of which identifies somebody (e-mail, phone, identity
    or account number, birth), or a name together with two of age, sex, address and place.

    ## Why it is debt
    The data left the place where access is controlled: they are in the repository, in all its copies and in its history, and a request to
    erase a person does not reach them (Arpteg et al. 2018, privacy and safety).

    ## Bad
    ```notebook
    # In[1]
    customers.head()  # finding: PRV105
    # Out:
    <table><tr><th>full_name</th><th>email</th></tr><tr><td>Ann Lee</td><td>ann@shop.org</td></tr></table>
    ```

    ## Good
    ```notebook
    # In[1]
    customers.head()
    ```

    ## Fix
    None: clearing outputs is one command of your notebook tools (`jupyter nbconvert --clear-output`), and also takes away what may be
    wanted.

    ## When it stays silent
    For summaries (`describe`, `info`), tables of one column, and column names in other languages; for the passengers of the Titanic. Off
    by default: of what it found in public repositories most was made-up data of lessons, which it cannot tell from real ones. There is
    no fix: `jupyter nbconvert --clear-output` and nbstripout clear outputs, and the history keeps what was committed.

    ## References
    GDPR, articles 4 and 17.
    """

    code = "PRV105"
    severity = Severity.WARNING
    minutes = 15
    default_on = False

    def python(self, module: Module) -> Iterator[Finding]:
        if module.notebook is None:
            return
        for cell in module.notebook.cells:
            for output in cell.outputs:
                columns = _personal_columns(output)
                if columns:
                    place = Place.of_line(module.path, (1, 1, 1, 2), f"output {','.join(sorted(columns))}")
                    yield self.finding(
                        Place(place.path, Span(Position(1, 1), Position(1, 2), cell.index), anchor=place.anchor),
                        f"the output of this cell holds rows about persons: {', '.join(f'`{name}`' for name in list(columns)[:4])}",
                        advice="clear the output before committing (nbstripout in pre-commit), and consider the history",
                    )  # fmt: skip
                    break


def _personal_columns(output: dict[str, Any]) -> dict[str, str]:
    """Headers about persons in a table of an output, with what they say; empty where they do not suffice."""
    data = output.get("data")
    html = data.get("text/html") if isinstance(data, dict) else None
    text = "".join(part for part in html if isinstance(part, str)) if isinstance(html, list) else html
    if not isinstance(text, str) or len(text) > 500_000 or len(_ROW.findall(text, 0, 100_000)) < 2:
        return {}
    headers = _HEADER.findall(text, 0, 20_000)
    if "Survived" in headers or "mean" in headers or ("count" in headers and "std" in headers):
        return {}
    found = {header: kind for header in headers if (kind := _PERSONAL.get(re.sub(r"[^a-z]", "", header.lower())))}
    kinds = set(found.values())
    strong = kinds - _WEAK
    enough = (bool(strong) and len(kinds) >= 2) or ("name" in kinds and len(kinds & _WEAK) >= 3)
    return found if enough else {}
