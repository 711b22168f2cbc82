"""Decides which samples are trained on together: steps, the sequences of a step, the groups of a sequence.

    for step in plan(samples, batch_size=64, budget=16_384, seed=0, epoch=2): ...

A group is some questions about one schema, whose prefix is computed once for all of them. Each optimiser step has
exactly `batch_size` samples (the last of an epoch may have fewer) and mixes groups of several schemas, so that its
gradient speaks for more than one of them. A step's groups are then laid into as few sequences of at most `budget`
tokens as will hold them, all of about the same length. Lone samples are laid into sequences in the same way; only a
model that takes no sequences of several samples gets them as padded rows.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from sqlwright.train.tokens import Sample

Group = tuple[int, ...]
"""Positions of samples that share a prefix; of one sample, a lone one."""
Pack = tuple[Group, ...]
"""The groups of one sequence."""
Step = tuple[Pack, ...]
"""The sequences of one optimiser step."""


def plan(
    samples: Sequence[Sample],
    *,
    batch_size: int,
    budget: int,
    seed: int,
    epoch: int = 0,
    share: bool = True,
    schemas: int = 4,
    most: int | None = None,
    parts: int = 1,
    padded: bool = False,
) -> list[Step]:
    """Return the steps of an epoch; every sample is in one of them once.

    Args:
        batch_size: samples in a step.
        budget: most tokens in a sequence; a sample that is longer stands alone.
        share: group by prefix; otherwise every sample is a group of its own.
        schemas: a group holds at most this part of a step where there are several schemas, so that a step sees as many.
        most: most samples in a sequence, when it has few tokens for each.
        parts: a step has a multiple of so many sequences, where its groups can be spread over them.
        padded: what is called a sequence is rows of lone samples, of like length, and counts its padding.
    """
    rng = random.Random(f"{seed}/{epoch}")
    order = list(range(len(samples)))
    rng.shuffle(order)
    grouped = share and not padded
    pieces: list[Group] = _pieces(samples, order, batch_size, schemas, rng) if grouped else [(i,) for i in order]
    steps = _poured(pieces, batch_size)
    if padded:
        return [_rows(samples, groups, budget, most or batch_size) for groups in steps]
    return [_packs(samples, groups, budget, most or batch_size, parts=parts) for groups in steps]


def cost(samples: Sequence[Sample], group: Group) -> int:
    """Return the tokens that a group takes when its prefix is computed once."""
    prefix = len(samples[group[0]].prefix)
    return prefix + sum(len(samples[index]) - prefix for index in group)


def _pieces(
    samples: Sequence[Sample], order: list[int], batch_size: int, schemas: int, rng: random.Random
) -> list[Group]:
    """Return the samples of each prefix, in pieces of a fair part of a step.

    The pieces of a prefix are spread evenly over the epoch, each at a random place in its own part of it: steps near
    each other then differ less in what they are about than with pieces in any order.
    """
    by_prefix: dict[tuple[int, ...], list[int]] = defaultdict(list)
    placed: list[tuple[float, Group]] = []
    for index in order:
        sample = samples[index]
        if sample.prefix and sample.suffix:
            by_prefix[sample.prefix].append(index)
        else:  # nothing to share, or no token of its own from which to predict
            placed.append((rng.random(), (index,)))
    size = batch_size if len(by_prefix) == 1 else max(1, batch_size // schemas)
    for members in by_prefix.values():
        pieces = [tuple(members[at : at + size]) for at in range(0, len(members), size)]
        placed += [((number + rng.random()) / len(pieces), piece) for number, piece in enumerate(pieces)]
    return [piece for _, piece in sorted(placed)]


def _poured(pieces: list[Group], batch_size: int) -> list[list[Group]]:
    """Return the pieces in steps of exactly `batch_size` samples, cutting one where a step is full."""
    steps: list[list[Group]] = [[]]
    room = batch_size
    for piece in pieces:
        while piece:
            if not room:
                steps.append([])
                room = batch_size
            steps[-1].append(piece[:room])
            piece, room = piece[room:], room - len(piece[:room])
    return steps if steps[-1] else []


def _packs(samples: Sequence[Sample], groups: list[Group], budget: int, most: int, *, parts: int) -> Step:
    """Return as few sequences as hold the groups, filled evenly."""
    total = sum(cost(samples, group) for group in groups)
    longest = max(len(samples[group[0]].prefix) for group in groups)
    fewest = -(-total // (budget * parts)) * parts
    for number in range(fewest, fewest + len(groups) + parts, parts):
        packs = _filled(samples, groups, min(budget, (total + (number - 1) * longest) // number + 1), most)
        if len(packs) <= number:
            return packs
    return _filled(samples, groups, budget, most)


def _filled(samples: Sequence[Sample], groups: list[Group], budget: int, most: int) -> Step:
    """Return the groups in sequences, one after the other; a group that does not fit goes on in the next."""
    packs: list[list[Group]] = [[]]
    room, count = budget, most
    for group in groups:
        prefix = len(samples[group[0]].prefix)
        piece: list[int] = []
        for index in group:
            own = len(samples[index]) - prefix
            need = own if piece else own + prefix
            if (need > room or not count) and (piece or packs[-1]):
                if piece:
                    packs[-1].append(tuple(piece))
                    piece = []
                packs.append([])
                room, count, need = budget, most, own + prefix
            piece.append(index)
            room, count = room - need, count - 1
        packs[-1].append(tuple(piece))
    return tuple(tuple(pack) for pack in packs)


def _rows(samples: Sequence[Sample], groups: list[Group], budget: int, most: int) -> Step:
    """Return lone samples, sorted by length, in batches of rows that are padded to the longest."""
    packs: list[list[Group]] = [[]]
    for group in sorted(groups, key=lambda group: len(samples[group[0]])):
        size = len(packs[-1]) + 1
        if packs[-1] and (size > most or size * len(samples[group[0]]) > budget):
            packs.append([])
        packs[-1].append(group)
    return tuple(tuple(pack) for pack in packs)
