"""Pre-train the base model on one or several GPUs from the endless stream of `mix.py`.

    python recipes/base/train.py --data data --out runs/base --seconds 500 [--from runs/earlier] [--set train.seed=1]
    torchrun --nproc-per-node 4 recipes/base/train.py ...

A step takes a pack of samples (`pack.py`) on each GPU. Where the GPU is faster than the workers, earlier packs are
taken again: all of them stay in its memory, some gigabytes in ten minutes. The learning rate follows the clock: it
warms up, stays, and falls to zero over the last part of `--seconds`. What is written: the weights as a transformers
checkpoint in shards of at most 12 MB, now and then and at the end, and `log.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import random
import threading
import time
import tomllib
from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from mix import Encoder, Stream
from model import Blocks, Model, Shape, dense_mask, export_state, import_state, llama_config, run_layer
from pack import LONGEST, Pack, packs
from ranks import Ranks
from steps import Guard, optimizers_of, rate

Batch = tuple[Tensor, Tensor, Tensor, Tensor]
"""ids, positions, stop, labels: see `pack.Pack`."""
TOKENIZER = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "pad_token": "<|pad|>",
    "eos_token": "<|end|>",
    "model_max_length": 2048,
    "clean_up_tokenization_spaces": False,
}
GENERATION = {"eos_token_id": 1, "pad_token_id": 0, "max_new_tokens": 160}
RESTED = 100
"""Steps before a pack may be taken again."""
TICK = 10
"""Steps between two looks at the clock."""


def to_device(pack: Pack, device: str) -> Batch:
    """Return a pack's arrays as tensors."""

    def moved(array: Any, kind: str = "int32") -> Tensor:
        tensor = torch.from_numpy(array.astype(kind))
        return tensor if device == "cpu" else tensor.pin_memory().to(device, non_blocking=True)

    return moved(pack.ids), moved(pack.positions), moved(pack.stop), moved(pack.labels, "int64")


class Supply:
    """Batches on the device: new ones as they come, earlier ones again while none is there."""

    def __init__(self, stream: Stream, device: str, *, reuse: float, seed: int) -> None:
        self.fresh: deque[Batch] = deque()
        self.kept: list[Batch] = []
        self.samples = self.unshared = self.again = 0
        self.reuse = reuse
        self.rng = random.Random(seed)
        self.stream, self.device = stream, device
        threading.Thread(target=self._fill, daemon=True).start()

    def _fill(self) -> None:
        while (pack := self.stream.get()) is not None:
            self.fresh.append(to_device(pack, self.device))
            self.samples += pack.samples
            self.unshared += pack.unshared
            while len(self.fresh) > 32:
                time.sleep(0.005)

    def next(self) -> Batch:
        """Return a batch; an earlier one only while each was taken less than `reuse` times on average."""
        while not self.fresh:
            if len(self.kept) > RESTED and self.again < (self.reuse - 1) * len(self.kept):
                self.again += 1
                return self.kept[self.rng.randrange(len(self.kept) - RESTED)]
            time.sleep(0.001)
        batch = self.fresh.popleft()
        self.kept.append(batch)
        return batch


def heldout_losses(model: Model, data: Path, tokenizer: Path, device: str) -> dict[str, float]:
    """Return by task the mean loss a token of what answers the held-out public questions."""
    encode = Encoder(tokenizer)
    run, model.run = model.run, run_layer
    model.eval()
    losses = {}
    for task, texts in json.loads((data / "heldout_texts.json").read_text(encoding="utf-8")).items():
        groups: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for prefix, suffix, completion in texts:
            groups[prefix].append((suffix, completion))
        total = count = 0.0
        with torch.no_grad():
            for pack in packs(map(encode, groups.items()), 4 * LONGEST):
                ids, positions, stop, labels = to_device(pack, device)
                loss = model.loss(ids, positions, dense_mask(stop), labels)
                total += loss.item() * len(labels)
                count += len(labels)
        losses[task] = round(total / count, 4)
    model.run = run
    model.train()
    return losses


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
    (out / "tokenizer_config.json").write_text(json.dumps(TOKENIZER, indent=2))
    (out / "generation_config.json").write_text(json.dumps(GENERATION, indent=2))


def load(model: Model, folder: Path) -> None:
    """Load a checkpoint that `save` wrote."""
    state: dict[str, Tensor] = {}
    for file in sorted(folder.glob("*.safetensors")):
        state |= load_file(file)
    import_state(model, state)


def train(settings: dict[str, Any], out: Path, seconds: float, start: Path | None, data: Path, workers: int) -> None:
    """Train for `seconds` of wall time, counted from the first step, with `workers` for each GPU; save."""
    ranks = Ranks()
    device = ranks.device
    options = settings["train"]
    tokens = options["tokens"]
    stream_seed = options["stream_seed"] + 7919 * ranks.rank
    stream = Stream(settings["mix"], data, workers=workers, seed=stream_seed, tokens=tokens)
    torch.manual_seed(options["seed"])
    torch.set_float32_matmul_precision("high")
    shape = Shape(**settings["model"])
    tokenizer = Path(__file__).parent / "tokenizer.json"
    model = Model(shape, options["dropout"]).to(device)
    if start is not None:
        load(model, start)
    torch.manual_seed(options["seed"] + ranks.rank)  # the weights are equal, what is dropped is not
    mask_of: Callable[[Tensor], Any] = dense_mask
    if ranks.cuda:
        model.run = torch.compile(run_layer, dynamic=False, fullgraph=True)
        mask_of = Blocks(tokens, device)
    optimizers = optimizers_of(model, options, fused=ranks.cuda)
    gradients = ranks.flat_gradients(model)
    out.mkdir(parents=True, exist_ok=True)
    supply = Supply(stream, device, reuse=options["reuse"], seed=options["seed"])
    guard = Guard(model, optimizers)

    def step(batch: Batch) -> Tensor:
        ids, positions, stop, labels = batch
        loss = model.loss(ids, positions, mask_of(stop), labels)
        loss.backward()  # type: ignore[no-untyped-call]
        ranks.average(gradients)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        gradients.zero_()
        return loss.detach()

    def set_rate(share: float) -> None:
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = options["learning_rate"] * share * guard.scale

    set_rate(0.0)
    step(supply.next())  # compiles; the clock starts after it
    began = last = time.monotonic()
    saved, steps = began, 0
    losses: list[Tensor] = []
    with (out / f"log{ranks.rank or ''}.jsonl").open("w") as log:
        while (progress := ranks.agreed((time.monotonic() - began) / seconds)) < 1:
            share = rate(progress, warmup=options["warmup"], decay=options["decay"])
            set_rate(share)
            losses.extend(step(supply.next()) for _ in range(TICK))
            steps += TICK
            if steps % 100 == 0 or steps == TICK:
                mean = torch.stack(losses).mean()
                ranks.average(mean)
                now = time.monotonic()
                entry = {
                    "step": steps,
                    "seconds": round(now - began, 1),
                    "loss": round(mean.item(), 5),
                    "tokens_per_second": round(ranks.count * tokens * len(losses) / (now - last)),
                    "rate": round(share * guard.scale, 4),
                    "samples_made": supply.samples,
                    "unshared_tokens_made": supply.unshared,
                    "packs": len(supply.kept),
                }
                losses.clear()
                last = now
                if guard.watch(mean.item()):
                    entry["rolled_back"] = guard.scale
                log.write(json.dumps(entry) + "\n")
                log.flush()
                if ranks.first and (steps % 1000 == 0 or steps <= 100):
                    print(entry, flush=True)
                if ranks.first and now - saved > options["save_every"]:
                    saved = now
                    save(model, shape, out, tokenizer)
    stream.close()
    ranks.close()
    if not ranks.first:
        return
    save(model, shape, out, tokenizer)
    memory = torch.cuda.max_memory_allocated() / 2**30 if ranks.cuda else 0.0
    figures = {
        "steps": steps,
        "tokens": ranks.count * steps * tokens,
        "samples_made": supply.samples,
        "peak_gib": round(memory, 2),
        "heldout_loss": heldout_losses(model, data, tokenizer, device),
    }
    with (out / "log.jsonl").open("a") as log:
        log.write(json.dumps(figures) + "\n")
    print(json.dumps(figures), flush=True)


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--from", dest="start", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder that prepare.py wrote")
    parser.add_argument("--workers", type=int, default=14, help="processes that make samples, for each GPU")
    parser.add_argument("--set", nargs="*", default=[], help="section.key=value over the config")
    arguments = parser.parse_args()
    settings = tomllib.loads(arguments.config.read_text(encoding="utf-8"))
    for change in arguments.set:
        key, value = change.split("=", 1)
        *sections, name = key.split(".")
        part = settings
        for section in sections:
            part = part[section]
        part[name] = json.loads(value)
    train(settings, arguments.out, arguments.seconds, arguments.start, arguments.data, arguments.workers)


if __name__ == "__main__":
    main()
