"""The rules of the house, in the order in which they are told."""

from . import (
    arrows,
    beside,
    cycles,
    libraries,
    numbers,
    opening,
    paths,
    reference,
    sizes,
    words,
)

ALL = (arrows, cycles, sizes, beside, libraries, words, opening, paths, reference, numbers)
