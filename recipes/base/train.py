"""Pre-train the base model on one GPU from the endless stream of `mix.py`.

    python recipes/base/train.py --out runs/base --seconds 500 [--from runs/earlier] [--config recipes/base/config.toml]

Batches hold the same number of tokens whatever their row length, so one compilation serves all. The learning rate
follows the clock: it warms up, stays, and falls to zero over the last part of `--seconds`. What is written: the weights
as a transformers checkpoint in shards of at most 12 MB, and `log.jsonl`.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import queue
import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from mix import Encoder, Stream
from model import Model, Shape, export_state, import_state, llama_config

TOKENS = 122_880
LENGTHS = (96, 128, 160, 192, 240, 256, 320, 384, 480, 512, 640)
"""Row lengths; each divides TOKENS."""

Batch = tuple[Tensor, Tensor]


def batches(stream: Stream, *, tokens: int, reuse: int, seed: int) -> Iterator[Batch]:
    """Yield (ids, label positions): rows of equal length, right-padded with 0, `tokens` in all.

    Every sample is given `reuse` times, far enough apart that other samples stand between.
    """
    rng = np.random.default_rng(seed)
    rows: dict[int, list[tuple[np.ndarray, int]]] = {length: [] for length in LENGTHS}
    bounds = np.array(LENGTHS)
    again: list[tuple[np.ndarray, int]] = []
    for sample in stream.samples():
        waiting = [sample]
        if reuse > 1:
            again.append(sample)
            if len(again) > 200_000:
                for _ in range(reuse - 1):
                    waiting.append(again[int(rng.integers(len(again)))])
                again[int(rng.integers(len(again)))] = again[-1]
                again.pop()
        for ids, prompt in waiting:
            if len(ids) > LENGTHS[-1]:
                continue
            length = LENGTHS[int(np.searchsorted(bounds, len(ids)))]
            rows[length].append((ids, prompt))
            if len(rows[length]) == tokens // length:
                yield _batch(rows[length], length)
                rows[length] = []


def _batch(samples: list[tuple[np.ndarray, int]], length: int) -> Batch:
    ids = np.zeros((len(samples), length), dtype=np.int64)
    positions = []
    for row, (sample, prompt) in enumerate(samples):
        ids[row, : len(sample)] = sample
        positions.append(np.arange(row * length + prompt, row * length + len(sample)))
    return torch.from_numpy(ids), torch.from_numpy(np.concatenate(positions))


def heldout_loss(model: Model, data: Path, tokenizer: Path, device: str) -> float:
    """Return the mean loss a token of the held-out public questions' SQL."""
    encode = Encoder(tokenizer)
    texts = json.loads((data / "heldout_texts.json").read_text(encoding="utf-8"))
    samples = sorted((encode(tuple(text)) for text in texts), key=lambda sample: len(sample[0]))
    total = count = 0.0
    with torch.no_grad(), torch.autocast(device, torch.bfloat16):
        for start in range(0, len(samples), 64):
            part = samples[start : start + 64]
            ids, positions = _batch(part, len(part[-1][0]))
            loss = model.loss(ids.to(device), positions.to(device))
            total += loss.item() * len(positions)
            count += len(positions)
    return total / count


def prefetched(source: Iterator[Batch], device: str, depth: int = 8) -> Iterator[Batch]:
    """Yield batches on the device, prepared by a thread `depth` ahead."""
    ready: queue.Queue[Batch] = queue.Queue(depth)

    def fill() -> None:
        for ids, positions in source:
            if device == "cuda":
                ids, positions = ids.pin_memory(), positions.pin_memory()
            ready.put((ids, positions))

    threading.Thread(target=fill, daemon=True).start()
    while True:
        ids, positions = ready.get()
        yield ids.to(device, non_blocking=True), positions.to(device, non_blocking=True)


def rate(progress: float, *, warmup: float, decay: float) -> float:
    """Return the share of the peak learning rate at `progress` (0 to 1): warm up, hold, cosine to zero."""
    if progress < warmup:
        return progress / warmup
    if progress < 1 - decay:
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - (1 - decay)) / decay)))


def save(model: Model, shape: Shape, out: Path, tokenizer: Path) -> None:
    """Write a transformers checkpoint whose shards stay under 12 MB each."""
    out.mkdir(parents=True, exist_ok=True)
    state = export_state(model)
    shards: list[dict[str, Tensor]] = [{}]
    size = 0
    for name, value in state.items():
        if size + value.nbytes > 12_000_000 and shards[-1]:
            shards.append({})
            size = 0
        shards[-1][name] = value
        size += value.nbytes
    index: dict[str, str] = {}
    for number, shard in enumerate(shards, 1):
        file = f"model-{number:05}-of-{len(shards):05}.safetensors"
        save_file(shard, out / file, metadata={"format": "pt"})
        index |= dict.fromkeys(shard, file)
    total = sum(value.nbytes for value in state.values())
    (out / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {"total_size": total}, "weight_map": index}, indent=1)
    )
    (out / "config.json").write_text(json.dumps(llama_config(shape, pad=0, end=1), indent=2))
    (out / "tokenizer.json").write_bytes(tokenizer.read_bytes())


def load(model: Model, folder: Path) -> None:
    """Load a checkpoint that `save` wrote."""
    state: dict[str, Tensor] = {}
    for file in sorted(folder.glob("*.safetensors")):
        state |= load_file(file)
    import_state(model, state)


class Guard:
    """Watches the loss; when it climbs, goes back to the last good state and halves the learning rate."""

    def __init__(self, model: Model, optimizer: torch.optim.Optimizer, tolerance: float = 1.35) -> None:
        self.model = model
        self.optimizer = optimizer
        self.tolerance = tolerance
        self.scale = 1.0
        self.best = math.inf
        self.checks = 0
        self.good = self._state()

    def _state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        weights = {name: value.clone() for name, value in self.model.state_dict().items()}
        return weights, copy.deepcopy(self.optimizer.state_dict())

    def watch(self, loss: float) -> bool:
        """Take the mean loss of the last steps; return whether the run was set back."""
        self.checks += 1
        if self.checks <= 8:  # the rate is still rising
            self.best = loss if math.isfinite(loss) else math.inf
            return False
        self.best = min(self.best, loss)
        if not loss < self.tolerance * self.best:
            self.model.load_state_dict(self.good[0])
            self.optimizer.load_state_dict(copy.deepcopy(self.good[1]))
            self.scale /= 2
            self.checks = 0
            return True
        if self.checks % 5 == 0 and loss < 1.1 * self.best:
            self.good = self._state()
        return False


def train(settings: dict[str, Any], out: Path, seconds: float, start: Path | None, data: Path, workers: int) -> None:
    """Train for `seconds` of wall time, counted from the first step, and save."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    options = settings["train"]
    torch.manual_seed(options["seed"])
    torch.set_float32_matmul_precision("high")
    shape = Shape(**settings["model"])
    tokenizer = Path(__file__).parent / "tokenizer.json"
    model = Model(shape).to(device)
    if start is not None:
        load(model, start)
    if device == "cuda":
        for layer in model.decoder:
            layer.before = torch.compile(layer.before, dynamic=False)  # type: ignore[method-assign]
            layer.after = torch.compile(layer.after, dynamic=False)  # type: ignore[method-assign]
    matrices = [p for p in model.parameters() if p.dim() == 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": options["weight_decay"]}, {"params": vectors, "weight_decay": 0.0}],
        lr=options["learning_rate"],
        betas=(0.9, 0.95),
        fused=device == "cuda",
    )
    out.mkdir(parents=True, exist_ok=True)
    stream = Stream(settings["mix"], data, workers=workers, seed=options["stream_seed"])
    source = prefetched(
        batches(stream, tokens=options.get("tokens", TOKENS), reuse=options["reuse"], seed=options["seed"]), device
    )
    first = next(source)
    began = last = time.monotonic()
    step = 0
    tokens_seen = 0
    losses: list[Tensor] = []
    guard = Guard(model, optimizer)
    with (out / "log.jsonl").open("w") as log:
        while True:
            elapsed = time.monotonic() - began
            progress = elapsed / seconds
            if progress >= 1:
                break
            share = rate(progress, warmup=options["warmup"], decay=options["decay"])
            for group in optimizer.param_groups:
                group["lr"] = options["learning_rate"] * share * guard.scale
            ids, positions = first if step == 0 else next(source)
            with torch.autocast(device, torch.bfloat16):
                loss = model.loss(ids, positions)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            losses.append(loss.detach())
            step += 1
            tokens_seen += ids.numel()
            if step % 100 == 0 or step in (1, 10):
                mean = torch.stack(losses).mean().item()
                losses.clear()
                rolled_back = guard.watch(mean)
                now = time.monotonic()
                entry = {
                    "step": step,
                    "seconds": round(now - began, 1),
                    "tokens": tokens_seen,
                    "loss": round(mean, 5),
                    "tokens_per_second": round(ids.numel() * (100 if step % 100 == 0 else 1) / (now - last)),
                    "rate": round(share, 4),
                    "samples_made": stream.made,
                }
                if rolled_back:
                    entry["rolled_back"] = guard.scale
                last = now
                log.write(json.dumps(entry) + "\n")
                log.flush()
                if step % 500 == 0 or step <= 100:
                    print(entry, flush=True)
    stream.close()
    save(model, shape, out, tokenizer)
    plain = Model(shape).to(device)
    plain.load_state_dict(model.state_dict())
    heldout = heldout_loss(plain, data, tokenizer, device)
    memory = torch.cuda.max_memory_allocated() / 2**30 if device == "cuda" else 0.0
    print(
        json.dumps(
            {"steps": step, "tokens": tokens_seen, "peak_gib": round(memory, 2), "heldout_loss": round(heldout, 4)}
        )
    )


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--from", dest="start", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder that prepare.py wrote")
    parser.add_argument("--workers", type=int, default=14)
    parser.add_argument("--set", nargs="*", default=[], help="section.key=value over the config")
    arguments = parser.parse_args()
    settings = tomllib.loads(arguments.config.read_text(encoding="utf-8"))
    for change in arguments.set:
        key, value = change.split("=", 1)
        section, name = key.split(".")
        settings[section][name] = json.loads(value)
    train(settings, arguments.out, arguments.seconds, arguments.start, arguments.data, arguments.workers)


if __name__ == "__main__":
    main()
