"""Whether a recipe runs from start to end on a model of its size: load, tune, answer, judge, merge, export.

    python benchmarks/recipe_way.py --recipe recipes/llama-3.1-8b.toml --shape llama-8b --method qlora --work way \
        --device cuda --out benchmarks/results/recipe_way.json

The model has the real shape and vocabulary, and random weights: what it answers means nothing, and no accuracy is
reported. Measured is that each step ends, how long it takes and how much memory it needs. The data are pairs made from
the demo's database. A step that fails is told with its reason, and what does not rest on it goes on.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import time
import tomllib
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from random_base import SHAPES, write_base

from sqlwright._processes import peak_gib
from sqlwright.demo import build_crm
from sqlwright.project import Project, export_gguf, export_merged, find_subject, versions

RUN = "way"
CHAT = (
    "{% for message in messages %}<|{{ message.role }}|>\n{{ message.content }}<eos>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
"""How Llama 3's tokenizer cuts words."""


def main() -> None:
    args = arguments()
    told: dict[str, Any] = {
        "what": "a recipe's whole way with random weights of the real shape; accuracy would mean nothing",
        "recipe": args.recipe.name,
        "shape": args.shape,
        "method": args.method,
        "vocabulary": SHAPES[args.shape]["vocab_size"],
        "steps": {},
    }
    project = made(args)
    steps: dict[str, Callable[[], dict[str, Any]]] = {
        "base": lambda: write_model(args),
        "train": lambda: train(project, args),
        "predict": lambda: predict(project, args),
        "judge": lambda: judge(project),
        "merge": lambda: merge(project, args),
        "gguf": lambda: gguf(args),
    }
    for name, step in steps.items():
        began = time.perf_counter()
        try:
            found = step()
        except Exception as error:
            traceback.print_exc()
            found = {"failed": f"{type(error).__name__}: {' '.join(str(error).split())}"}
        told["steps"][name] = {"seconds": round(time.perf_counter() - began, 1), **found, **memory(args.device)}
        told["machine"], told["versions"] = machine(args.device), versions()
        args.out.write_text(json.dumps(told, indent=1) + "\n")
        print(name, told["steps"][name], flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", type=Path, required=True)
    parser.add_argument("--shape", required=True, choices=sorted(SHAPES))
    parser.add_argument("--method", default="qlora", help="as in [train]")
    parser.add_argument("--max-steps", type=int, default=50)
    parser.add_argument("--questions", type=int, default=64, help="most questions that are answered")
    parser.add_argument("--bits", type=int, default=4, choices=(0, 4, 8), help="as in [predict]")
    parser.add_argument("--quant", default="f16", help="form of the GGUF file")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--work", type=Path, required=True, help="folder for the project and the models")
    parser.add_argument("--out", type=Path, required=True, help="file of results, written anew after each step")
    parser.add_argument("--only-prepare", action="store_true", help="make the project with its pairs, and end")
    args = parser.parse_args()
    if args.only_prepare:
        made(args)
        raise SystemExit
    return args


def made(args: argparse.Namespace) -> Project:
    """Return the project, with the recipe's settings; its pairs are made where they are not there yet."""
    folder = args.work / "project"
    recipe = tomllib.loads(args.recipe.read_text(encoding="utf-8"))
    recipe["train"] |= {"base": str((args.work / "base").resolve()), "method": args.method}
    settings = {**recipe, "synth": {"count": 1_500}, "database": {"db_id": "crm", "personal_values": True}}
    if not (folder / "sqlwright.toml").exists():
        args.work.mkdir(parents=True, exist_ok=True)
        build_crm(args.work / "crm.sqlite")
        project = Project.init(folder, str(args.work / "crm.sqlite"), settings)
        project.synth()
        project.audit()
        project.split()
    return Project.open(folder, settings)


def write_model(args: argparse.Namespace) -> dict[str, Any]:
    """Write the model, with a byte-level tokenizer of the real size and a chat template."""
    folder = write_base(args.work / "base", args.shape, device=args.device)
    tokenizer = byte_level(int(SHAPES[args.shape]["vocab_size"]))
    tokenizer.save_pretrained(folder)
    return {"tokens": len(tokenizer), "bytes": sum(file.stat().st_size for file in folder.glob("*.safetensors"))}


def byte_level(size: int) -> Any:
    """Return a tokenizer of Llama 3's kind: bytes, then merges of letters two by two, and three special tokens."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    special = ("<eos>", "<pad>", "<bos>")
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: number for number, letter in enumerate(alphabet)}
    letters = [*"etaonrishdlucmfypgwbvkxjqz", *"ETAONRISHDLUCMFYPGWBVKXJQZ", "Ġ", "_"]
    pairs = [a + b for a, b in itertools.product(letters, letters)]
    merges = [(a, b) for a, b in itertools.product(letters, letters)]
    merges += itertools.product(pairs, pairs)
    for left, right in merges[: size - len(alphabet) - len(special)]:
        vocabulary[left + right] = len(vocabulary)
    kept = merges[: size - len(alphabet) - len(special)]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=kept, ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(SPLIT), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    make: Any = PreTrainedTokenizerFast
    roles = dict(zip(("eos_token", "pad_token", "bos_token"), special, strict=True))
    return make(tokenizer_object=tokenizer, chat_template=CHAT, **roles)


def train(project: Project, args: argparse.Namespace) -> dict[str, Any]:
    """Tune for so many steps."""
    counts = project.train(RUN, max_steps=args.max_steps, force=True).counts
    names = ("steps", "trainable", "parameters", "samples_per_second", "tokens_per_second", "share_saved")
    log = [json.loads(line) for line in (project.layout.run(RUN) / "log.jsonl").read_text().splitlines()]
    losses = [round(row["loss"], 3) for row in log if "loss" in row]
    free(args.device)
    return {**{name: counts[name] for name in names}, "first_loss": losses[0], "last_loss": losses[-1]}


def predict(project: Project, args: argparse.Namespace) -> dict[str, Any]:
    """Answer some questions of the test split."""
    lines = project.layout.split("test").read_text(encoding="utf-8").splitlines()
    asked = args.work / "asked.jsonl"
    asked.write_text("".join(f"{line}\n" for line in lines[: args.questions]), encoding="utf-8")
    chosen = {"bits": args.bits, "max_new_tokens": 32, "force": True}
    counts = project.predict(RUN, asked, **chosen).counts
    free(args.device)
    return {"questions": counts["predictions"], "bits": args.bits}


def judge(project: Project) -> dict[str, Any]:
    """Judge the answers, without telling how many are right."""
    found = project.evaluate(RUN, on=project.folder.parent / "asked.jsonl", base=False)
    return {"judged": found.figures[RUN].count, "rule": found.rule}


def merge(project: Project, args: argparse.Namespace) -> dict[str, Any]:
    """Add the adapter to the weights, in a folder of its own."""
    counts = export_merged(find_subject(RUN, project.folder), args.work / "merged", force=True).counts
    return {name: counts[name] for name in ("parameters", "dtype", "bytes")}


def gguf(args: argparse.Namespace) -> dict[str, Any]:
    """Write the merged model for llama.cpp."""
    subject = find_subject(str(args.work / "merged"), args.work)
    counts = export_gguf(subject, args.work / "model.gguf", quant=args.quant, force=True).counts
    return {name: counts[name] for name in ("quant", "bytes", "types")}


def free(device: str) -> None:
    """Give memory back that a step's model held."""
    gc.collect()
    if device == "cuda":
        import torch

        torch.cuda.empty_cache()


def memory(device: str) -> dict[str, float]:
    """Return the most memory of the GPU since the last step, and of the process since its start, in GiB."""
    found = {"process_gib": round(peak_gib(), 2)}
    if device == "cuda":
        import torch

        found["gpu_gib"] = round(torch.cuda.max_memory_allocated() / 2**30, 2)
        torch.cuda.reset_peak_memory_stats()
    return found


def machine(device: str) -> str:
    """Return what it ran on."""
    if device != "cuda":
        return device
    import torch

    return str(torch.cuda.get_device_name())


if __name__ == "__main__":
    main()
