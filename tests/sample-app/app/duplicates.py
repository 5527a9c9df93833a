"""Which items are the same picture, and which only look alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


class Hashed(Protocol):
    """What is compared: any stored item."""

    id: int
    sha256: str
    phash: str | None


@dataclass(frozen=True)
class Duplicate:
    """Another item that is like the one asked about."""

    id: int
    kind: Literal["exact", "similar"]
    distance: int


def hamming_distance(left: str, right: str) -> int:
    """Count the differing bits of two hexadecimal hashes."""
    return (int(left, 16) ^ int(right, 16)).bit_count()


def find_duplicates(
    item: Hashed,
    others: Iterable[Hashed],
    exact_threshold: int,
    similar_threshold: int,
) -> Sequence[Duplicate]:
    """Return the duplicates of ``item``, nearest first."""
    found: list[Duplicate] = []
    for other in others:
        if other.id == item.id:
            continue
        if other.sha256 == item.sha256:
            found.append(Duplicate(other.id, "exact", 0))
        elif item.phash and other.phash:
            distance = hamming_distance(item.phash, other.phash)
            if distance <= exact_threshold:
                found.append(Duplicate(other.id, "exact", distance))
            elif distance <= similar_threshold:
                found.append(Duplicate(other.id, "similar", distance))
    return sorted(found, key=lambda duplicate: duplicate.distance)
