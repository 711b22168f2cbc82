"""The base model's recipe: its model is Llama, its stream is valid SQL, and a climbing loss is set back."""

from __future__ import annotations

import json
import os
import random
import socket
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlglot
import torch
from torch.nn.attention.flex_attention import create_mask
from transformers import LlamaConfig, LlamaForCausalLM

from sqlwright.prompt import SPECIAL_TOKENS

RECIPE = Path(__file__).parents[2] / "recipes" / "base"
sys.path.insert(0, str(RECIPE))

from blueprints import Blueprints, read  # noqa: E402
from invent import Inventor  # noqa: E402
from mix import Encoder, Source  # noqa: E402
from model import BLOCK, Blocks, Model, Shape, dense_mask, export_state, import_state, llama_config  # noqa: E402
from pack import LONGEST, Group, Pack, packs  # noqa: E402
from ranks import Ranks  # noqa: E402
from rename import Public  # noqa: E402
from rephrase import reword, vary  # noqa: E402
from steps import Guard, optimizers_of, rate  # noqa: E402
from train import Supply, load, save, to_device  # noqa: E402
from unknown import UNKNOWN  # noqa: E402

SHAPE = Shape(vocab=8192, hidden=64, layers=2, heads=4, kv_heads=2, ffn=96)


GROUP: Group = (list(range(100, 140)), [(list(range(200 + n, 207 + n)), [300 + n, 301, 302, 1]) for n in range(9)])


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder as `prepare.py` writes it, with two invented questions."""
    folder = tmp_path_factory.mktemp("prepared")
    schema = {
        "db_id": "zoo",
        "tables": [
            {
                "name": "keeper",
                "columns": [["keeper_id", "number"], ["Name", "text"], ["from", "time"]],
                "primary_key": ["keeper_id"],
                "foreign_keys": [],
            },
            {
                "name": "animal",
                "columns": [["animal_id", "number"], ["species", "text"], ["keeper_id", "number"]],
                "primary_key": ["animal_id"],
                "foreign_keys": [[["keeper_id"], "keeper", ["keeper_id"]]],
            },
        ],
    }
    pairs = [
        {
            "id": "1",
            "db_id": "zoo",
            "question": "What are the names of keepers of the species 'lion'?",
            "sql": "SELECT keeper.Name FROM keeper JOIN animal ON keeper.keeper_id = animal.keeper_id "
            "WHERE animal.species = 'lion'",
        },
        {"id": "2", "db_id": "zoo", "question": "How many animals are there?", "sql": "SELECT COUNT(*) FROM animal"},
    ]
    for name, value in (
        ("schemas.json", [schema]),
        ("pairs.json", pairs),
        ("values.json", {"zoo": [["animal", "species", ["lion", "zebra"]]]}),
    ):
        (folder / name).write_text(json.dumps(value), encoding="utf-8")
    (folder / "words.txt").write_text("apple\nriver\nstone\nlamp\ncloud", encoding="utf-8")
    return folder


def test_the_exported_model_is_llama(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = Model(SHAPE)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_((parameter + 0.01 * torch.randn_like(parameter)).bfloat16().float())
    save(model, SHAPE, tmp_path, RECIPE / "tokenizer.json")
    assert LlamaConfig(**llama_config(SHAPE, pad=0, end=1)).num_key_value_heads == 2
    llama = LlamaForCausalLM.from_pretrained(tmp_path, dtype=torch.float32)
    (pack,) = packs([GROUP], LONGEST)
    ids, positions, stop, _ = to_device(pack, "cpu")
    with torch.no_grad():
        ours = torch.nn.functional.linear(model.hidden(ids, positions, dense_mask(stop)), model.embedding.weight)
        prefix, samples = GROUP
        at = len(prefix)
        for suffix, completion in samples:  # in a row of its own, each sample has the logits that it has in the pack
            row = llama(torch.tensor([prefix + suffix + completion])).logits[0, len(prefix) :]
            assert torch.allclose(ours[at : at + len(row)], row, atol=1e-4)
            at += len(row)

    again = Model(SHAPE)
    load(again, tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(again.parameters(), model.parameters(), strict=True))
    import_state(again, export_state(model))


def test_a_loss_counts_the_sql_alone() -> None:
    torch.manual_seed(0)
    model = Model(SHAPE)
    (pack,) = packs([GROUP], LONGEST)
    ids, positions, stop, labels = to_device(pack, "cpu")
    prefix, samples = GROUP
    assert ids[labels].tolist() == [token for _, completion in samples for token in completion]
    loss = model.loss(ids, positions, dense_mask(stop), labels)
    other = ids.clone()
    other[pack.samples and int(labels[-1]) + 1 :] = 7  # behind all that is learnt
    assert torch.equal(loss, model.loss(other, positions, dense_mask(stop), labels))
    other[len(prefix)] += 1
    assert not torch.equal(loss, model.loss(other, positions, dense_mask(stop), labels))


def test_blocks_of_attention_say_what_the_whole_mask_says() -> None:
    long: Group = ([5] * 300, [([6] * 70, [7] * 40)] * 3)
    pack = next(packs([GROUP, long, GROUP, GROUP, long, long, long], 2048))
    stop = to_device(pack, "cpu")[2]
    blocks = Blocks(len(stop), "cpu")
    blocks(torch.arange(1, len(stop) + 1))  # the buffer is filled anew each time
    mask = blocks(stop)
    whole = dense_mask(stop)
    parts = len(stop) // BLOCK
    assert torch.equal(mask.to_dense()[0, 0].bool(), whole.view(parts, BLOCK, parts, BLOCK).any(3).any(1))
    assert torch.equal(create_mask(mask.mask_mod, None, None, len(stop), len(stop), "cpu")[0, 0], whole)


def test_every_source_gives_valid_sql_over_its_schema(prepared: Path) -> None:
    settings = {
        "group": 4, "chinese": 0.5, "made": 0.5, "drop_links": 0.1, "unindexed": 0.2, "other_engines": 0.5,
        "hidden": 0.5, "strangers": 0.5, "shapes": {"ranked": 5.0},
        "tasks": {kind: {"text-to-sql": 0.5, "sql-to-text": 0.3, "reasoning": 0.2} for kind in ("written", "public")},
    }  # fmt: skip
    seen = set()
    for source in ("invented", "domains", "public_schema", "renamed", "plain"):
        stream = Source({**settings, "sources": {source: 1.0}}, prepared, seed=3).texts()
        for _ in range(12):
            prefix, asked = next(stream)
            dialect = prefix.removeprefix("<|schema|> ").split()[0]
            seen.add(dialect)
            for suffix, completion in asked:
                assert completion.endswith("<|end|>")
                if suffix.startswith("<|sql|> "):  # SQL to text
                    sql, language = suffix.removeprefix("<|sql|> ").split("<|question|> ")
                    assert language in ("en :", "zh :")
                    assert len(completion) > len(" <|end|>")
                else:
                    assert suffix.startswith("<|question|> ")
                    assert suffix.endswith(("<|sql|>", "<|sql|> <think>"))
                    thought, closed, sql = completion.removesuffix("<|end|>").rpartition("</think><|sql|>")
                    assert bool(closed) == bool(thought) == suffix.endswith("<think>")
                    if sql == f" {UNKNOWN}":
                        seen.add("unknown")
                        continue
                assert sqlglot.parse_one(sql, dialect=dialect).find(sqlglot.exp.Select), sql
    assert {"sqlite", "postgres", "unknown"} <= seen


def test_renaming_is_the_same_in_schema_question_and_sql(prepared: Path) -> None:
    public = Public(prepared, random.Random(0))
    seen = set()
    for _ in range(30):
        group = public.draw(2, rename=0.9)
        names = {t.name for t in group.schema.tables} | {c.name for t in group.schema.tables for c in t.columns}
        for question, sql in group.pairs:
            tree = sqlglot.parse_one(sql, dialect="sqlite")
            used = {t.name for t in tree.find_all(sqlglot.exp.Table)} | {
                c.name for c in tree.find_all(sqlglot.exp.Column)
            }
            assert used <= names, (question, sql)
            assert " from " not in sql
            seen.add(question)
    assert len(seen) > 10
    spelled = {t.name for _ in range(40) for t in public.draw(2, rename=0.0).schema.tables}
    assert spelled <= {"keeper", "animal"}
    columns = {c.name for t in public.draw(2, rename=0.0).schema.tables for c in t.columns}
    assert "Name" in columns, "names keep their letter case"


def test_a_question_is_turned_together_with_its_sql() -> None:
    average = "SELECT AVG ( age ) FROM dog WHERE weight > 10".split()
    found = {vary("What is the average age of dogs heavier than 10?", average, random.Random(n))[0] for n in range(20)}
    assert len(found) > 3
    for n in range(60):
        question, tokens = vary("Dogs with a weight of more than 10", average, random.Random(n))
        assert (
            (tokens[tokens.index("weight") + 1] == ">")
            == any(
                words in question
                for words in ("more", "greater than", "larger", "higher", "above", "over", "bigger", "exceed")
            )
            or "no more than" in question
            or "not more than" in question
        ), (question, tokens)
    top = "SELECT name FROM dog ORDER BY age DESC LIMIT 3".split()
    for n in range(40):
        question, tokens = vary("Which are the 3 oldest dogs?", top, random.Random(n))
        assert ("DESC" in tokens) == ("oldest" in question), (question, tokens)
        assert (
            tokens[-1] in question
            or "two three four five six seven eight nine ten".split()[int(tokens[-1]) - 2] in question
        )
    assert vary("How many dogs are there?", average, random.Random(1)) == ("How many dogs are there?", average)
    assert len({reword("What are the names of all dogs?", random.Random(n)) for n in range(60)}) > 20


def test_schemas_differ_and_their_keys_fit() -> None:
    inventor = Inventor(random.Random(1))
    blueprints = Blueprints(inventor)
    names = set()
    for number in range(120):
        schema, values = (inventor if number % 2 else blueprints).draw()
        for table in schema.tables:
            names.add(table.name)
            assert len({c.name.lower() for c in table.columns}) == len(table.columns)
            for key in table.foreign_keys:
                assert schema.table(key.target_table).has(key.target_columns[0])
                assert table.has(key.columns[0])
        assert all(schema.table(table).has(column) for table, column in values)
    assert len(names) > 200


def test_the_blueprints_read_and_point_to_tables_that_are_there() -> None:
    domains = read(RECIPE / "blueprints.txt")
    assert len(domains) > 20
    for domain in domains:
        here = {table.name for table in domain}
        for table in domain:
            assert table.targets <= here, table.name


def test_the_tokenizer_knows_the_special_tokens_and_loses_nothing() -> None:
    encoder = Encoder(RECIPE / "tokenizer.json")
    tokens = [encoder.tokenizer.token_to_id(token) for token in SPECIAL_TOKENS]
    assert tokens == list(range(len(SPECIAL_TOKENS)))
    text = "<|question|> 北京有多少客户？ naïve 🚀 x1<|sql|>"
    ids = encoder.tokenizer.encode(text, add_special_tokens=False).ids
    assert encoder.tokenizer.decode(ids, skip_special_tokens=False) == text
    prefix, ((suffix, completion),) = encoder(("<|schema|> a", [("<|question|> b<|sql|>", " SELECT 1<|end|>")]))
    assert prefix[0] == tokens[2]
    assert suffix[-1] == tokens[5]
    assert completion[-1] == tokens[1]


def test_the_embedded_model_uses_the_recipes_tokenizer() -> None:
    shipped = RECIPE.parents[1] / "src" / "sqlwright" / "base" / "model" / "tokenizer.json"
    assert shipped.read_bytes() == (RECIPE / "tokenizer.json").read_bytes()


def test_packs_hold_every_sample_once() -> None:
    groups: list[Group] = [
        ([n] * (50 + n), [([n] * 30, [1000 + 20 * n + k, 1]) for k in range(12)]) for n in range(2, 40)
    ]
    groups.append(([3] * 900, [([3] * 200, [5, 1]), ([3] * 20, [6, 1])]))  # the first is too long
    made = list(packs(groups, 1024))
    learnt: list[int] = []
    for pack in made:
        assert pack.ids.shape == pack.positions.shape == pack.stop.shape == (1024,)
        assert (pack.stop > np.arange(1024)).all()
        assert (np.diff(pack.labels) > 0).all()
        learnt += pack.ids[pack.labels].tolist()
    assert learnt == [token for _, samples in groups[:-1] for _, sql in samples for token in sql] + [6, 1]
    assert sum(pack.samples for pack in made) == 38 * 12 + 1
    assert sum(pack.unshared for pack in made) == 922 + sum(12 * (len(p) + 32) for p, _ in groups[:-1])
    with pytest.raises(ValueError, match="1024"):
        next(packs(groups, 512))


class _Fixed:
    """A stream of so many packs, and then of none."""

    def __init__(self, count: int) -> None:
        self.made = [replace(next(packs([GROUP], LONGEST)), samples=n) for n in range(count)]

    def get(self) -> Pack | None:
        return self.made.pop(0) if self.made else None


def test_packs_are_taken_again_only_while_none_comes_and_not_too_often() -> None:
    supply = Supply(_Fixed(150), "cpu", reuse=2, seed=0)  # type: ignore[arg-type]
    while len(supply.kept) < 150:
        supply.next()
    while supply.again < 150:
        batch = supply.next()
        assert any(batch is earlier for earlier in supply.kept[:50]), "the last hundred have a rest"
    assert supply.samples == sum(range(150))


@pytest.mark.parametrize("name", ["adamw", "muon"])
def test_a_climbing_loss_is_set_back_and_the_rate_halved(name: str) -> None:
    model = Model(SHAPE)
    options = {"optimizer": name, "learning_rate": 1e-3, "weight_decay": 0.1}
    guard = Guard(model, optimizers_of(model, options, fused=False))
    (pack,) = packs([GROUP], LONGEST)
    ids, positions, stop, labels = to_device(pack, "cpu")
    for _ in range(10):
        loss = model.loss(ids, positions, dense_mask(stop), labels)
        loss.backward()
        for optimizer in guard.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        assert not guard.watch(0.5)
    assert {id(p) for o in guard.optimizers for g in o.param_groups for p in g["params"]} == {
        id(p) for p in model.parameters()
    }
    good = {name: value.clone() for name, value in guard.good[0].items()}
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1.0)
    assert guard.watch(0.9)
    assert guard.scale == 0.5
    assert all(torch.equal(value, good[name]) for name, value in model.state_dict().items())


def _step_of_rank(rank: int, port: int, out: str) -> None:
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    torch.manual_seed(0)
    ranks, model = Ranks(), Model(SHAPE)
    flat = ranks.flat_gradients(model)
    (pack,) = packs([GROUP], LONGEST)
    ids, positions, stop, labels = to_device(pack, "cpu")
    own = labels[rank::2]  # each learns every other token
    model.loss(ids, positions, dense_mask(stop), own).backward()
    ranks.average(flat)
    assert ranks.agreed(rank + 3.5) == 3.5
    assert ranks.first == (rank == 0)
    torch.save([parameter.grad for parameter in model.parameters()], f"{out}/{rank}.pt")
    ranks.close()


def test_two_processes_step_by_their_mean_gradient(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torch.multiprocessing.spawn(_step_of_rank, (port, str(tmp_path)), nprocs=2)
    torch.manual_seed(0)
    model = Model(SHAPE)
    flat = Ranks().flat_gradients(model)
    (pack,) = packs([GROUP], LONGEST)
    ids, positions, stop, labels = to_device(pack, "cpu")
    mask = dense_mask(stop)
    (sum(model.loss(ids, positions, mask, labels[n::2]) for n in (0, 1)) / 2).backward()
    assert flat.abs().sum() > 0
    for rank in (0, 1):
        found = torch.load(tmp_path / f"{rank}.pt")
        for parameter, gradient in zip(model.parameters(), found, strict=True):
            assert torch.allclose(parameter.grad, gradient, atol=1e-6)


def test_the_rate_rises_holds_and_falls_to_zero() -> None:
    assert rate(0.0, warmup=0.1, decay=0.5) == 0
    assert rate(0.3, warmup=0.1, decay=0.5) == 1
    assert rate(1.0, warmup=0.1, decay=0.5) == pytest.approx(0)
