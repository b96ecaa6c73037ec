"""Units of measure, as names and contracts of data spell them: spelling → (dimension, unit).

A name says its unit by its last word (`amount_cents`, `delay_ms`); a contract has a field for it.
"""

from __future__ import annotations

_SPELT = {
    "time": "ns nanoseconds|us usec micros microseconds|ms msec millis milliseconds|seconds sec secs|minutes mins|hours hrs|days|weeks",
    "money": "cents cent minor|euros euro eur|dollars dollar usd|gbp|chf|jpy",
    "length": "mm millimeters millimetres|cm centimeters centimetres|meters metres|km kilometers kilometres|miles|feet ft|inches",
    "mass": "mg milligrams|grams|kg kilograms|lbs",
    "temperature": "celsius|fahrenheit|kelvin",
    "share": "percent pct percentage|fraction",
    "size": "bytes|kb kib kilobytes|mb mib megabytes|gb gib gigabytes|tb tib terabytes",
    "angle": "degrees deg|radians rad",
    "frequency": "hz hertz|khz|mhz|ghz",
}

NAMED: dict[str, tuple[str, str]] = {
    word: (dimension, words.split()[0]) for dimension, units in _SPELT.items() for words in units.split("|") for word in words.split()
}
"""Words that say a unit at the end of a name: `min`, `s`, `m` and `h` may be anything there"""

DECLARED: dict[str, tuple[str, str]] = NAMED | {
    "µs": NAMED["us"], "s": NAMED["seconds"], "second": NAMED["seconds"], "min": NAMED["minutes"], "minute": NAMED["minutes"],
    "h": NAMED["hours"], "hour": NAMED["hours"], "d": NAMED["days"], "day": NAMED["days"], "week": NAMED["weeks"],
    "minor units": NAMED["cents"], "€": NAMED["euros"], "$": NAMED["dollars"], "£": NAMED["gbp"],
    "m": NAMED["meters"], "meter": NAMED["meters"], "metre": NAMED["meters"], "mile": NAMED["miles"], "in": NAMED["inches"],
    "g": NAMED["grams"], "gram": NAMED["grams"], "lb": NAMED["lbs"], "°c": NAMED["celsius"], "°f": NAMED["fahrenheit"], "k": NAMED["kelvin"],
    "%": NAMED["percent"], "probability": NAMED["fraction"], "share": NAMED["fraction"], "b": NAMED["bytes"], "byte": NAMED["bytes"],
    "°": NAMED["degrees"], "degree": NAMED["degrees"], "radian": NAMED["radians"],
}  # fmt: skip
"""What stands in a field that is there for the unit, in lower case"""
